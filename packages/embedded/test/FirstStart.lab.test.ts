/** A first start that is killed while it makes the database, at whatever moment, leaves nothing that the next one calls damaged. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, watch } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Persistence } from "../src/Persistence.ts"
import { layerSqlite } from "../src/PersistenceSqlite.ts"

const source = fileURLToPath(new URL("../src/PersistenceSqlite.ts", import.meta.url))

const program = (file: string) => `
  import { Effect, Layer } from "effect"
  import { layerSqlite } from ${JSON.stringify(source)}
  Effect.runFork(Effect.scoped(Effect.andThen(Layer.build(layerSqlite(${JSON.stringify(file)})), Effect.never)))
  setInterval(() => {}, 1000)
`

/** Starts one that is killed at its n-th change of the folder, or when it makes no more. */
const killedAt = (folder: string, change: number) =>
  Effect.callback<void>((resume) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program(join(folder, "state.db"))], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: "ignore"
    })
    let seen = 0
    const kill = () => child.kill("SIGKILL")
    const late = setTimeout(kill, 3000)
    const watcher = watch(folder, () => {
      seen += 1
      if (seen === change) kill()
    })
    child.on("exit", () => {
      clearTimeout(late)
      watcher.close()
      resume(Effect.void)
    })
  })

it.live.each([1, 1, 2, 2, 3, 4, 5, 6])(
  "at its change %i of the folder",
  (change) =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-state-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      yield* killedAt(folder, change)
      const { load } = yield* Persistence.pipe(
        Effect.provide(Layer.fresh(layerSqlite(join(folder, "state.db"))))
      )
      assert.isDefined(load)
    }).pipe(Effect.scoped),
  20_000
)
