/** Links, pipes and locked folders that an earlier run of the tenant leaves in a workspace: none leads the next run elsewhere or stops it. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import {
  aSession,
  next,
  nextRun,
  pipe,
  put,
  removeWorlds,
  snapshot,
  type World,
  world
} from "../../fixtures/LeftWorkspace.ts"
import { commitTo, filesOf, git } from "../../fixtures/Remotes.ts"

afterAll(removeWorlds, 60_000)

describe("links that lead our writes and deletions elsewhere", () => {
  let made: World
  let before: Readonly<Record<string, string>>
  const slug = "-workspace-target-repo"
  const evidenceOf = (uid: string) => `.orchestrator/${uid}`

  /** Path on the workspace by name of the case; each leads to a folder, or to a file in one. */
  const links: ReadonlyArray<{ readonly what: string; readonly path: string; readonly file?: boolean }> = [
    { what: "home", path: ".home" },
    { what: "config", path: ".claude" },
    { what: "state", path: ".orchestrator/state.json", file: true },
    { what: "state-new", path: ".orchestrator/state.json.new", file: true },
    { what: "sessions", path: ".orchestrator/sessions" },
    { what: "evidence", path: evidenceOf(next) },
    { what: "old-evidence", path: ".orchestrator/other" },
    { what: "memory", path: "CLAUDE.md", file: true },
    { what: "memory-new", path: "CLAUDE.md.new", file: true },
    { what: "beside", path: "node_modules" },
    { what: "refs", path: "target-repo/.git/refs/remotes" },
    { what: "heads", path: "target-repo/.git/refs/heads" },
    { what: "index", path: "target-repo/.git/index", file: true },
    { what: "packed", path: "target-repo/.git/packed-refs", file: true },
    { what: "head", path: "target-repo/.git/HEAD", file: true },
    { what: "logs", path: "target-repo/.git/logs" },
    { what: "config-file", path: "target-repo/.git/config", file: true },
    { what: "info", path: "target-repo/.git/info" },
    { what: "packs", path: "target-repo/.git/objects/pack" },
    { what: "fan-out", path: "target-repo/.git/objects/00" },
    { what: "task", path: "target-repo/task" },
    { what: "untracked", path: "target-repo/away" }
  ]

  beforeAll(() =>
    Effect.gen(function*() {
      made = yield* world
      for (const { file = false, path, what } of links) {
        const target = join(made.elsewhere, what)
        put(join(target, "file"), "somebody's\n")
        put(join(target, "some.lock"), "a lock of somebody's\n")
        for (let attempt = 1; attempt <= 12; attempt++) put(join(target, String(attempt), "log"), "somebody's\n")
        put(join(target, "projects", slug, `${aSession}.jsonl`), "{\"type\":\"user\"}\n")
        rmSync(join(made.workspace, path), { recursive: true, force: true })
        mkdirSync(dirname(join(made.workspace, path)), { recursive: true })
        symlinkSync(file ? join(target, "file") : target, join(made.workspace, path))
      }
      before = snapshot(made.elsewhere)
      yield* nextRun(made, { OVERWRITE_MEMORY: "true" })
    }).pipe(Effect.runPromise), 60_000)

  it.each(links)("$path", ({ what }) => {
    const of = (all: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => name === what || name.startsWith(`${what}/`)))
    assert.deepStrictEqual(of(snapshot(made.elsewhere)), of(before))
  })
})

describe("whatever stands in the way, the next run works, in a clone of its own", () => {
  const whole: ReadonlyArray<{ readonly plant: string; readonly make: (made: World) => void }> = [
    {
      plant: "the repository's folder is a link",
      make: ({ clone, elsewhere }) => {
        renameSync(clone, join(elsewhere, "repository"))
        symlinkSync(join(elsewhere, "repository"), clone)
      }
    },
    {
      plant: "the repository's folder is a file",
      make: ({ clone }) => {
        rmSync(clone, { recursive: true })
        writeFileSync(clone, "no folder")
      }
    },
    {
      plant: ".git is a link",
      make: ({ clone, elsewhere }) => {
        renameSync(join(clone, ".git"), join(elsewhere, "git"))
        symlinkSync(join(elsewhere, "git"), join(clone, ".git"))
      }
    },
    {
      plant: ".git is a file that names another folder",
      make: ({ clone, elsewhere }) => {
        renameSync(join(clone, ".git"), join(elsewhere, "git"))
        writeFileSync(join(clone, ".git"), `gitdir: ${join(elsewhere, "git")}\n`)
      }
    },
    { plant: ".git is gone", make: ({ clone }) => rmSync(join(clone, ".git"), { recursive: true }) },
    {
      plant: "the objects are a link",
      make: ({ clone, elsewhere }) => {
        renameSync(join(clone, ".git", "objects"), join(elsewhere, "objects"))
        symlinkSync(join(elsewhere, "objects"), join(clone, ".git", "objects"))
      }
    },
    {
      plant: "our own folder is a link",
      make: ({ elsewhere, workspace }) => {
        rmSync(join(workspace, ".orchestrator"), { recursive: true, force: true })
        mkdirSync(join(elsewhere, "own"))
        symlinkSync(join(elsewhere, "own"), join(workspace, ".orchestrator"))
      }
    },
    {
      plant: "pipes that never end, wherever a file is read",
      make: ({ clone, workspace }) => {
        for (
          const path of [
            join(workspace, ".orchestrator", "state.json"),
            join(workspace, "CLAUDE.md"),
            join(workspace, ".claude", "projects", "-workspace", `${aSession}.jsonl`),
            join(clone, ".git", "HEAD"),
            join(clone, ".git", "config"),
            join(clone, ".git", "packed-refs"),
            join(clone, ".git", "index"),
            join(clone, ".git", "refs", "heads", "pipe"),
            join(clone, ".git", "info", "exclude")
          ]
        ) {
          rmSync(path, { recursive: true, force: true })
          mkdirSync(dirname(path), { recursive: true })
          pipe(path)
        }
      }
    },
    {
      plant: "a pipe for the attributes of files, which git opens before it looks at them",
      make: ({ clone }) => {
        for (const folder of [clone, join(clone, "src")]) {
          mkdirSync(folder, { recursive: true })
          rmSync(join(folder, ".gitattributes"), { force: true })
          pipe(join(folder, ".gitattributes"))
        }
      }
    },
    {
      plant: "a pipe for an object that git asks for",
      make: ({ clone }) => {
        const head = git(clone, "rev-parse", "HEAD")
        const object = join(clone, ".git", "objects", head.slice(0, 2), head.slice(2))
        rmSync(object, { force: true })
        mkdirSync(dirname(object), { recursive: true })
        pipe(object)
      }
    },
    {
      plant: "a link to a pipe for an object that git asks for",
      make: ({ clone, folder }) => {
        const head = git(clone, "rev-parse", "HEAD")
        const object = join(clone, ".git", "objects", head.slice(0, 2), head.slice(2))
        rmSync(object, { force: true })
        mkdirSync(dirname(object), { recursive: true })
        pipe(join(folder, "pipe"))
        symlinkSync(join(folder, "pipe"), object)
      }
    },
    {
      plant: "folders without any right",
      make: ({ clone, workspace }) => {
        for (const path of [join(workspace, ".home", "go", "pkg", "mod"), join(clone, "locked", "in")]) {
          mkdirSync(path, { recursive: true })
          writeFileSync(join(path, "file"), "x")
          chmodSync(path, 0o555)
          chmodSync(dirname(path), 0o500)
        }
        chmodSync(join(workspace, ".claude"), 0o000)
        chmodSync(join(clone, ".git", "refs"), 0o000)
        chmodSync(join(clone, ".git"), 0o000)
        chmodSync(clone, 0o000)
      }
    },
    {
      plant: "folders where files belong, files where folders belong",
      make: ({ clone, workspace }) => {
        for (const file of ["CLAUDE.md", ".orchestrator/state.json", ".orchestrator/state.json.new"]) {
          rmSync(join(workspace, file), { recursive: true, force: true })
          mkdirSync(join(workspace, file, "x"), { recursive: true })
        }
        for (const folder of [".home", ".claude", ".orchestrator/sessions"]) {
          rmSync(join(workspace, folder), { recursive: true, force: true })
          writeFileSync(join(workspace, folder), "x")
        }
        for (const file of ["HEAD", "config", "index", "packed-refs"]) {
          rmSync(join(clone, ".git", file), { recursive: true, force: true })
          mkdirSync(join(clone, ".git", file, "x"), { recursive: true })
        }
      }
    },
    {
      plant: "a branch of an object that is not there",
      make: ({ clone }) => {
        for (const ref of ["heads/gone", "remotes/origin/main", "orchestrator/kept/000000000000"]) {
          put(join(clone, ".git", "refs", ref), `${"0123456789".repeat(4)}\n`)
        }
      }
    },
    {
      plant: "objects and packs of garbage",
      make: ({ clone }) => {
        put(join(clone, ".git", "objects", "pack", `pack-${"0".repeat(40)}.pack`), "garbage")
        put(join(clone, ".git", "objects", "pack", `pack-${"0".repeat(40)}.idx`), "garbage")
        const head = git(clone, "rev-parse", "HEAD")
        chmodSync(join(clone, ".git", "objects", head.slice(0, 2), head.slice(2)), 0o644)
        writeFileSync(join(clone, ".git", "objects", head.slice(0, 2), head.slice(2)), "garbage")
      }
    },
    {
      plant: "a HEAD that names no branch of git's",
      make: ({ clone }) => writeFileSync(join(clone, ".git", "HEAD"), "ref: refs/heads/../../evil\n")
    },
    {
      plant: "a HEAD without a commit, over files of somebody else",
      make: ({ clone }) => {
        writeFileSync(join(clone, ".git", "HEAD"), "ref: refs/heads/never\n")
        put(join(clone, "one.js"), "evil")
      }
    },
    { plant: "another store of refs", make: ({ clone }) => put(join(clone, ".git", "reftable", "tables.list"), "") }
  ]

  it.live.each(whole)("$plant", ({ make }) =>
    Effect.gen(function*() {
      const made = yield* world
      make(made)
      const before = snapshot(made.elsewhere)
      const { log, result } = yield* nextRun(made)
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(
        result.message.includes("An earlier clone could not be used any more; it is kept at "),
        /the clone at \S+ cannot be used/.test(log.join("\n")),
        "the status says that a clone lies aside, and of no other"
      )
      assert.deepStrictEqual(snapshot(made.elsewhere), before)
      assert.isTrue(lstatSync(join(made.clone, ".git")).isDirectory())
      const files = filesOf(made.remotes.target, `feature/task-1-implementation-${next.slice(0, 8)}`)
      assert.include(files, "mine.txt")
      assert.notInclude(files, "one.js")
    }), 60_000)

  it.live.each([
    { what: "out of the repository", given: ({ elsewhere }: World) => elsewhere },
    { what: "to a place that is not there", given: ({ elsewhere }: World) => join(elsewhere, "nothing") },
    { what: "into .git", given: () => ".git" }
  ])("an ignored link on the way to the working directory leads $what", ({ given }) =>
    Effect.gen(function*() {
      const made = yield* world
      commitTo(made.remotes.target, "main", { ".gitignore": "services\n" })
      git(made.clone, "fetch", "-q", "origin")
      git(made.clone, "checkout", "-q", "-B", "other-work", "origin/main")
      symlinkSync(given(made), join(made.clone, "services"))
      const { log } = yield* nextRun(made, { WORKING_DIRECTORY: "services/api" })
      assert.isFalse(log.some((line) => line.includes("SetupFailed")), log.join("\n"))
      assert.deepStrictEqual(readdirSync(made.elsewhere), [])
      assert.isTrue(lstatSync(join(made.clone, "services", "api")).isDirectory())
    }), 60_000)
})
