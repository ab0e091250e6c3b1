/** What an earlier process has left in a home of opencode, when the next one starts. */
import { NodeServices } from "@effect/platform-node"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { guard } from "../../../src/agents/opencode/Guard.ts"
import { opencode } from "../../../src/agents/opencode/OpencodeCli.ts"
import { databaseName } from "../../../src/agents/opencode/Traces.ts"
import { removeFolder, tempFolder } from "../../fixtures/Remotes.ts"
import { invocationOf, ours } from "../Invocations.ts"

const session = "ses_0a1b2c3d4e5fAbCdEfGhIjKlMn"

let folder: string
beforeEach(() => {
  folder = tempFolder()
  mkdirSync(join(folder, "homes", ours), { recursive: true })
})
afterEach(() => removeFolder(folder))

const home = () => join(folder, "homes", ours)
const database = () => join(home(), databaseName("/w"))
const renew = Effect.suspend(() =>
  opencode.renew(invocationOf({ configFolder: folder, environment: { HOME: join(folder, "home") } }))
).pipe(Effect.provide(NodeServices.layer))

/** As opencode makes them, as far as they matter. */
const tables = `
  CREATE TABLE migration (id TEXT PRIMARY KEY);
  CREATE TABLE project (id TEXT PRIMARY KEY, commands TEXT);
  CREATE TABLE session (id TEXT PRIMARY KEY, directory TEXT, permission TEXT, share_url TEXT);
  CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT REFERENCES session(id), data TEXT);
  CREATE TABLE account (id TEXT PRIMARY KEY, url TEXT);
  CREATE TABLE account_state (id INTEGER PRIMARY KEY, active_account_id TEXT, active_org_id TEXT);
  CREATE TABLE credential (id TEXT PRIMARY KEY, value TEXT);
  INSERT INTO migration VALUES ('1');
  INSERT INTO project VALUES ('p', '{"start":"touch /tmp/x"}');
  INSERT INTO session VALUES ('${session}', '/w', '[]', 'https://evil.example.com');
  INSERT INTO message VALUES ('m', '${session}', 'What was said');
  INSERT INTO account VALUES ('a', 'https://evil.example.com');
  INSERT INTO account_state VALUES (1, 'a', 'o');
  INSERT INTO credential VALUES ('c', 'v');
`

const make = (more = "") => {
  const made = new DatabaseSync(database())
  made.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
  made.exec(tables + more)
  return made
}

const rows = (query: string) => {
  const opened = new DatabaseSync(database())
  const found = opened.prepare(query).all().map((row) => ({ ...row }))
  opened.close()
  return found
}

describe("the database of a session", () => {
  it.effect("keeps the conversation, and neither accounts nor credentials nor commands", () =>
    Effect.gen(function*() {
      make().close()
      yield* renew
      assert.deepStrictEqual(rows("SELECT data FROM message"), [{ data: "What was said" }])
      assert.deepStrictEqual(rows("SELECT id, permission, share_url FROM session"), [
        { id: session, permission: null, share_url: null }
      ])
      assert.deepStrictEqual(rows("SELECT id FROM migration"), [{ id: "1" }])
      assert.deepStrictEqual(rows("SELECT commands FROM project"), [{ commands: null }])
      for (const table of ["account", "account_state", "credential"]) {
        assert.deepStrictEqual(rows(`SELECT * FROM ${table}`), [], table)
      }
    }))

  it.effect("has no trigger and no view that would make such things again", () =>
    Effect.gen(function*() {
      make(`
        CREATE TRIGGER evil AFTER UPDATE ON project BEGIN INSERT INTO account VALUES ('again', 'x'); END;
        CREATE TRIGGER "e""vil" AFTER DELETE ON account BEGIN INSERT INTO account VALUES ('back', 'x'); END;
        CREATE VIEW todo AS SELECT * FROM account;
        CREATE TABLE "strange""table" (x); INSERT INTO "strange""table" VALUES (1);
      `).close()
      yield* renew
      assert.deepStrictEqual(rows("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')"), [])
      assert.deepStrictEqual(rows("SELECT * FROM account"), [])
      assert.deepStrictEqual(rows("SELECT * FROM \"strange\"\"table\""), [])
    }))

  it.effect("has what was only in its log when its process was killed", () =>
    Effect.gen(function*() {
      const killed = make()
      const [main, log] = [readFileSync(database()), readFileSync(`${database()}-wal`)]
      killed.close()
      writeFileSync(database(), main)
      writeFileSync(`${database()}-wal`, log)
      yield* renew
      assert.deepStrictEqual(rows("SELECT data FROM message"), [{ data: "What was said" }])
    }))

  it.effect.each([
    { name: "no database", write: () => writeFileSync(database(), "SQLite format 3\0evil") },
    { name: "a log alone", write: () => writeFileSync(`${database()}-wal`, "x") },
    { name: "a folder", write: () => mkdirSync(database()) },
    {
      name: "a link",
      write: () => {
        writeFileSync(join(folder, "elsewhere"), "kept")
        symlinkSync(join(folder, "elsewhere"), database())
      }
    }
  ])("that is $name makes room, so that its session is not found", ({ write }) =>
    Effect.gen(function*() {
      write()
      yield* renew
      assert.isFalse(existsSync(database()))
      if (existsSync(join(folder, "elsewhere"))) {
        assert.strictEqual(readFileSync(join(folder, "elsewhere"), "utf8"), "kept")
      }
    }))
})

it.effect("nothing else that was there counts, and its folder of settings is not written", () =>
  Effect.gen(function*() {
    for (
      const name of ["config/opencode/plugin/evil.ts", "data/opencode/auth.json", "state/x", "cache/models.json", "x/y"]
    ) {
      mkdirSync(join(home(), name), { recursive: true })
    }
    mkdirSync(join(folder, "home/.opencode/plugin"), { recursive: true })
    yield* renew
    assert.sameMembers(readdirSync(home()), ["cache", "config", "data", "guard.mjs", "state"])
    for (const name of ["cache", "data", "state"]) assert.deepStrictEqual(readdirSync(join(home(), name)), [])
    assert.strictEqual(readFileSync(join(home(), "guard.mjs"), "utf8"), guard)
    assert.deepStrictEqual(readdirSync(join(home(), "config/opencode")), ["opencode.json"])
    assert.strictEqual(statSync(join(home(), "config/opencode")).mode & 0o777, 0o500)
    assert.isFalse(existsSync(join(folder, "home/.opencode")))
    // Again, since one attempt may have several processes.
    yield* renew
    assert.deepStrictEqual(readdirSync(join(home(), "config/opencode")), ["opencode.json"])
  }))
