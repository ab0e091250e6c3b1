/** A check that is another program: it passes when the program does. */
import { Effect, Path, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { fileURLToPath } from "node:url"
import type { Check } from "./Check.ts"

/** Words without colours: some tools take CI for a terminal that has them. */
const plain = { NO_COLOR: "1", CI: undefined }

const tools = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url))

/** Runs an installed tool in the folder to be checked. Its own words are shown when it fails. */
export const command = (
  name: string,
  tool: string,
  args: ReadonlyArray<string>
): Check<ChildProcessSpawner.ChildProcessSpawner | Path.Path> => ({
  name,
  inspect: Effect.fnUntraced(
    function*(root) {
      const { join } = yield* Path.Path
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
      const { all, exitCode } = yield* spawner.spawn(
        ChildProcess.make(join(tools, tool), args, {
          cwd: root,
          stdin: "ignore",
          env: plain,
          extendEnv: true
        })
      )
      const words = yield* all.pipe(Stream.decodeText(), Stream.mkString)
      const ok = (yield* exitCode) === 0
      return ok ? { ok, words: "" } : { ok, words: words.trim() === "" ? `${tool} failed and said nothing` : words }
    },
    Effect.scoped,
    Effect.catch((error) => Effect.succeed({ ok: false, words: error.message }))
  )
})
