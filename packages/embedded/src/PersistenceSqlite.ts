/**
 * The embedded cluster's objects in one SQLite file, written through: a write is answered when its transaction is in the write-ahead
 * log. The file belongs to one process at a time, and what cannot be read is never replaced.
 */
import { Effect, Layer } from "effect"
import { linkSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { isJsonObject, keyOf, type StoredObject } from "./objects/StoredObject.ts"
import { Persistence, PersistenceError } from "./Persistence.ts"
import type { StagedChange, StoreContents } from "./store/ObjectStore.ts"
import { lostCommits } from "./WriteAheadLog.ts"

export const layerSqlite = (file: string): Layer.Layer<Persistence, PersistenceError> =>
  Layer.effect(
    Persistence,
    Effect.map(Effect.acquireRelease(open(file), (database) => Effect.sync(() => database.close())), (database) => {
      const save = saver(database)
      return {
        load: attempt("load", file, () => load(database)),
        save: (changes) => attempt("save", file, () => save(changes))
      }
    })
  )

const format = "1"

const open = (file: string) =>
  Effect.gen(function*() {
    yield* attempt("open", file, () => prepareFile(file))
    const database = yield* attempt("open", file, () => new DatabaseSync(file))
    return yield* attempt("open", file, () => initialize(database)).pipe(
      Effect.as(database),
      Effect.onError(() => Effect.sync(() => database.close()))
    )
  })

/** Makes the file, whole, where there is none. Secrets are kept in it, so only its owner reads it. */
const prepareFile = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found !== undefined) return checkLog(file, found.size)
  // Beside its place, and put there in one step: a start that is killed leaves no file that is not whole.
  const folder = mkdtempSync(`${file}.new-`)
  try {
    const made = join(folder, "database")
    writeFileSync(made, "", { mode: 0o600, flag: "wx" })
    fill(made)
    putInPlace(made, file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Before SQLite opens it: that forgets what it cannot read of the log, and deletes the log of a file without pages. */
const checkLog = (file: string, size: number): void => {
  const path = `${file}-wal`
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return
  const log = readFileSync(path)
  if (size === 0 && log.length > 0) throw new Damage("it is empty, and its write-ahead log is not")
  const lost = lostCommits(log)
  if (lost === undefined) return
  throw new Damage(
    `its write-ahead log cannot be read to the end, at least ${lost} of the last writes would be lost; ` +
      `sqlite3 ${file} 'PRAGMA wal_checkpoint(TRUNCATE)' gives them up and keeps what is before them`
  )
}

const empty = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE objects (resource TEXT, key TEXT, object TEXT NOT NULL, PRIMARY KEY (resource, key)) WITHOUT ROWID;
  INSERT INTO meta VALUES ('format', '${format}'), ('revision', '0');
`

const fill = (file: string): void => {
  const database = new DatabaseSync(file)
  try {
    database.exec(`BEGIN EXCLUSIVE; ${empty} COMMIT`)
  } finally {
    database.close()
  }
}

/** A file that another start has put there meanwhile is as good. */
const putInPlace = (made: string, file: string): void => {
  try {
    linkSync(made, file)
  } catch (problem) {
    const code = isJsonObject(problem) ? problem["code"] : undefined
    // File systems without hard links.
    if (code === "EPERM" || code === "ENOTSUP") renameSync(made, file)
    else if (code !== "EEXIST") throw problem
  }
}

const initialize = (database: DatabaseSync): void => {
  // Without spilling, a transaction is in the log only once it is committed, which checkLog builds on.
  database.exec(
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_spill = OFF; BEGIN EXCLUSIVE"
  )
  // An older version that was killed at once left a file without tables.
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined
  database.exec(isEmpty ? `${empty} COMMIT` : "COMMIT")
  const [check] = database.prepare("PRAGMA quick_check(1)").all()
  if (check?.["quick_check"] !== "ok") throw new Damage(String(check?.["quick_check"]))
  const found = database.prepare("SELECT value FROM meta WHERE key = 'format'").get()?.["value"]
  if (found !== format) throw new Damage(`its format is ${found}, this version reads ${format}`)
}

const load = (database: DatabaseSync): StoreContents => {
  const revision = Number(database.prepare("SELECT value FROM meta WHERE key = 'revision'").get()?.["value"])
  if (!Number.isSafeInteger(revision)) throw new Damage("it has no revision")
  const rows = database.prepare("SELECT resource, key, object FROM objects").all()
  return {
    revision,
    objects: rows.map(({ key, object, resource }) => ({
      resource: String(resource),
      object: parseObject(String(object), `${resource} ${key}`)
    }))
  }
}

const parseObject = (text: string, place: string): StoredObject => {
  const object: unknown = JSON.parse(text)
  const metadata = isJsonObject(object) ? object["metadata"] : undefined
  const complete = isJsonObject(metadata) &&
    ["name", "uid", "resourceVersion", "creationTimestamp"].every((field) => typeof metadata[field] === "string")
  if (!complete) throw new Damage(`${place} is no object`)
  return object as StoredObject
}

/** One transaction per write. */
const saver = (database: DatabaseSync) => {
  const put = database.prepare("INSERT OR REPLACE INTO objects (resource, key, object) VALUES (?, ?, ?)")
  const remove = database.prepare("DELETE FROM objects WHERE resource = ? AND key = ?")
  const advance = database.prepare("UPDATE meta SET value = ? WHERE key = 'revision'")
  return (changes: ReadonlyArray<StagedChange>): void => {
    database.exec("BEGIN")
    try {
      for (const { object, resource, type } of changes) {
        if (type === "DELETED") remove.run(resource, keyOf(object))
        else put.run(resource, keyOf(object), JSON.stringify(object))
      }
      advance.run(String(changes.at(-1)?.revision))
      database.exec("COMMIT")
    } catch (problem) {
      if (database.isTransaction) database.exec("ROLLBACK")
      throw problem
    }
  }
}

/** The file can be opened but does not hold what was written. */
class Damage extends Error {}

const attempt = <A>(
  operation: PersistenceError["operation"],
  file: string,
  run: () => A
): Effect.Effect<A, PersistenceError> =>
  Effect.try({
    try: run,
    catch: (problem) => new PersistenceError({ operation, location: file, ...explain(file, problem) })
  })

const explain = (file: string, problem: unknown): Pick<PersistenceError, "reason" | "message"> => {
  const reason = reasonOf(problem)
  const found = problem instanceof Error ? problem.message : String(problem)
  switch (reason) {
    case "Locked":
      return {
        reason,
        message: `${file} is in use by another process: stop that one first, or use another state folder`
      }
    case "Damaged":
      return {
        reason,
        message:
          `${file} is damaged and was left as it is (${found}): restore it, or move it away to begin with an empty cluster (--reset does that)`
      }
    case "Unwritable":
      return {
        reason,
        message: `${file} cannot be written (${found}): its folder must exist and be writable, with space left`
      }
    case "Failed":
      return { reason, message: `${file}: ${found}` }
  }
}

/** By SQLite's result codes, https://sqlite.org/rescode.html, and by those of the file system. */
const reasonOf = (problem: unknown): PersistenceError["reason"] => {
  if (problem instanceof Damage || problem instanceof SyntaxError) return "Damaged"
  if (!isJsonObject(problem)) return "Failed"
  const { code, errcode } = problem
  if (typeof errcode === "number") {
    const primary = errcode & 0xff
    if (primary === 5 || primary === 6) return "Locked"
    if (primary === 1 || primary === 11 || primary === 26) return "Damaged"
    return [3, 8, 10, 13, 14].includes(primary) ? "Unwritable" : "Failed"
  }
  return ["EACCES", "ENOENT", "ENOSPC", "ENOTDIR", "EPERM", "EROFS"].includes(String(code)) ? "Unwritable" : "Failed"
}
