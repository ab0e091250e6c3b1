/**
 * The database of a session as what it is for us: a transcript. Whoever has written it may have put accounts into it, whose settings are
 * fetched and obeyed, credentials, commands, or triggers that write such things: only the conversation stays.
 */
import { Effect, FileSystem } from "effect"
import type { DatabaseSync } from "node:sqlite"
import { discard, kindOf } from "../../pod/Plain.ts"

/** Tables whose rows stay: the conversation, and what opencode knows of its own tables. */
const kept: ReadonlySet<string> = new Set([
  "data_migration",
  "event",
  "event_sequence",
  "message",
  "migration",
  "part",
  "project",
  "project_directory",
  "session",
  "session_context_epoch",
  "session_entry",
  "session_input",
  "session_message",
  "todo"
])

/** Columns of those that say what to do, where they are there. */
const emptied: ReadonlyArray<readonly [table: string, column: string]> = [
  ["project", "commands"],
  ["session", "permission"],
  ["session", "share_url"],
  ["session", "workspace_id"]
]

const quoted = (name: string): string => `"${name.replaceAll("\"", "\"\"")}"`

const namesOf = (database: DatabaseSync, query: string): ReadonlyArray<string> =>
  database.prepare(query).all().map((row) => String(row["name"]))

/** Leaves the conversation alone; what was in a log beside the file is in the file after that. */
const clean = (database: DatabaseSync): void => {
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")
  for (const type of ["trigger", "view"]) {
    for (const name of namesOf(database, `SELECT name FROM sqlite_schema WHERE type = '${type}'`)) {
      database.exec(`DROP ${type} ${quoted(name)}`)
    }
  }
  const tables = namesOf(
    database,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
  )
  for (const table of tables) if (!kept.has(table)) database.exec(`DELETE FROM ${quoted(table)}`)
  for (const [table, column] of emptied) {
    if (tables.includes(table) && namesOf(database, `PRAGMA table_info(${quoted(table)})`).includes(column)) {
      database.exec(`UPDATE ${quoted(table)} SET ${quoted(column)} = NULL`)
    }
  }
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
}

const parts = (path: string): ReadonlyArray<string> => ["", "-wal", "-shm"].map((end) => `${path}${end}`)

/** Cleans the database at this path. One that cannot be is removed, so that its session is not found. */
export const cleanDatabase = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const kinds = yield* Effect.forEach(parts(path), kindOf)
  if (kinds.every((kind) => kind === undefined)) return
  const cleaned = Effect.tryPromise({
    try: async () => {
      // Only where there is one: the module is loaded for no other run.
      const { DatabaseSync: Database } = await import("node:sqlite")
      const database = new Database(path)
      try {
        clean(database)
      } finally {
        database.close()
      }
    },
    catch: (error) => error instanceof Error ? error.message : String(error)
  })
  const plain = kinds[0] === "File" && kinds.every((kind) => kind === undefined || kind === "File")
  // The index is made again from the log; one that somebody else has made is not believed.
  yield* discard(`${path}-shm`)
  yield* (plain ? cleaned : Effect.fail("it is no file")).pipe(
    Effect.andThen(fs.chmod(path, 0o600)),
    Effect.catch((problem) =>
      Effect.andThen(
        Effect.logWarning(
          `the session at ${path} cannot be read: ${typeof problem === "string" ? problem : problem.message}`
        ),
        Effect.forEach(parts(path), discard, { discard: true })
      )
    )
  )
})
