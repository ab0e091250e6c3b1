/** What a killed process leaves opens with all that was answered; a write-ahead log that lost more than an unfinished write is refused. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Persistence, PersistenceError } from "../src/Persistence.ts"
import { layerSqlite } from "../src/PersistenceSqlite.ts"
import { lostCommits } from "../src/WriteAheadLog.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-state-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const opened = (file: string) =>
  Effect.provide(Effect.flatMap(Persistence, ({ load }) => load), Layer.fresh(layerSqlite(file)))

const object = (revision: number, text: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: `map-${revision}`,
    namespace: "default",
    uid: `uid-${revision}`,
    resourceVersion: String(revision),
    creationTimestamp: "2026-01-01T00:00:00Z"
  },
  data: { text }
})

const writes = 20

/** A folder as a process leaves it that is killed after so many writes, each in several pages. */
const killed = Effect.gen(function*() {
  const path = yield* folder
  const [living, left] = [join(path, "living.db"), join(path, "state.db")]
  yield* Effect.provide(
    Effect.gen(function*() {
      const { save } = yield* Persistence
      for (let revision = 1; revision <= writes; revision++) {
        yield* save([{
          resource: "configmaps",
          type: "ADDED",
          revision,
          previous: undefined,
          object: object(revision, "x".repeat(9000))
        }])
      }
      for (const end of ["", "-wal"]) copyFileSync(`${living}${end}`, `${left}${end}`)
    }),
    Layer.fresh(layerSqlite(living))
  )
  return left
})

const frame = 24 + 4096

it.effect("at whatever byte of its last write a process is killed, the writes before it are there", () =>
  Effect.gen(function*() {
    const file = yield* killed
    const log = readFileSync(`${file}-wal`)
    for (let size = 0; size < log.length; size += 1021) {
      assert.isUndefined(lostCommits(log.subarray(0, size)), `${size}`)
    }
    truncateSync(`${file}-wal`, log.length - 100)
    assert.strictEqual((yield* opened(file)).revision, writes - 1)
  }))

it.effect("all writes of a process that was killed are there", () =>
  Effect.gen(function*() {
    assert.strictEqual((yield* opened(yield* killed)).revision, writes)
  }))

it.effect("a log that began anew over an older one, killed in its first write, is whole", () =>
  Effect.gen(function*() {
    const path = yield* folder
    const file = join(path, "some.db")
    const database = new DatabaseSync(file)
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x)")
    const insert = database.prepare("INSERT INTO t VALUES (?)")
    for (let each = 0; each < 20; each++) insert.run("x".repeat(5000))
    database.exec("PRAGMA wal_checkpoint(RESTART)")
    const old = readFileSync(`${file}-wal`)
    insert.run("new")
    const log = readFileSync(`${file}-wal`)
    database.close()
    assert.isFalse(old.equals(log))
    assert.isUndefined(lostCommits(log))
    // The frame's head is written, its page is still the older one's.
    old.copy(log, 32 + 24, 32 + 24, 32 + frame)
    assert.isUndefined(lostCommits(log))
  }))

const damages: ReadonlyArray<readonly [string, (log: Buffer) => Buffer]> = [
  ["one bit of its header", (log) => flipped(log, 17)],
  ["one bit of its first page", (log) => flipped(log, 500)],
  ["one bit of the first frame's head", (log) => flipped(log, 32 + 9)],
  ["one bit in its middle", (log) => flipped(log, Math.floor(log.length / 2))],
  ["zeros at its beginning", (log) => log.fill(0, 0, 4096)],
  ["zeros all over", (log) => log.fill(0)],
  ["a block of zeros in its middle", (log) => log.fill(0, 8 * 4096, 12 * 4096)],
  ["a frame that is missing", (log) => Buffer.concat([log.subarray(0, 32 + 3 * frame), log.subarray(32 + 4 * frame)])]
]

const flipped = (log: Buffer, at: number): Buffer => {
  log.writeUInt8(log.readUInt8(at) ^ 4, at)
  return log
}

it.effect.each(damages)(
  "a log with %s is damaged, and stays as it is with its database",
  ([, damage]) =>
    Effect.gen(function*() {
      const file = yield* killed
      writeFileSync(`${file}-wal`, damage(readFileSync(`${file}-wal`)))
      const before = [readFileSync(file), readFileSync(`${file}-wal`)]
      const error = yield* Effect.flip(opened(file))
      assert.instanceOf(error, PersistenceError)
      assert.strictEqual(error.reason, "Damaged")
      assert.include(error.message, "write-ahead log")
      assert.deepStrictEqual([readFileSync(file), readFileSync(`${file}-wal`)], before)
    })
)

it.effect("what is said to give up the lost writes does so", () =>
  Effect.gen(function*() {
    const file = yield* killed
    const log = readFileSync(`${file}-wal`)
    writeFileSync(`${file}-wal`, flipped(log, Math.floor(log.length / 2)))
    const database = new DatabaseSync(file)
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    const { revision } = yield* opened(file)
    assert.isAbove(revision, 0)
    assert.isBelow(revision, writes)
  }))

/** What an older version left that was killed in its first milliseconds. */
const begun: ReadonlyArray<readonly [string, (file: string) => void]> = [
  ["no byte", (file) => writeFileSync(file, "")],
  ["no byte and an empty log", (file) => ["", "-wal"].forEach((end) => writeFileSync(`${file}${end}`, ""))],
  ["no table", (file) => {
    const database = new DatabaseSync(file)
    database.exec("PRAGMA journal_mode = WAL")
    database.close()
  }]
]

it.effect.each(begun)("a database of %s is an empty cluster", ([, begin]) =>
  Effect.gen(function*() {
    const file = join(yield* folder, "state.db")
    begin(file)
    assert.deepStrictEqual(yield* opened(file), { revision: 0, objects: [] })
    assert.deepStrictEqual(yield* opened(file), { revision: 0, objects: [] })
  }))

it.effect("a database that lost its pages and not its log is damaged, and its log stays", () =>
  Effect.gen(function*() {
    const file = yield* killed
    truncateSync(file, 0)
    assert.strictEqual((yield* Effect.flip(opened(file))).reason, "Damaged")
    assert.isTrue(existsSync(`${file}-wal`))
  }))
