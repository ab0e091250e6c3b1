/** All that a process says, with the code that it ends with. */
import { Effect, Stream } from "effect"
import type { ChildProcessSpawner } from "effect/process"

/** In turns of the event loop, each of which reads: a program that was itself stopped meanwhile has all that was written. */
const grace = Effect.repeat(Effect.sleep("100 millis"), { times: 19 })

/**
 * The end of its output comes with the last process that holds the pipes, which may be one that it left in the background: they are read
 * for two seconds after it has exited.
 */
export const outputOf = ({ exitCode, stderr, stdout }: ChildProcessSpawner.ChildProcessHandle) => {
  const untilGrace = Stream.interruptWhen(Effect.andThen(Effect.exit(exitCode), grace))
  return Effect.map(
    Effect.all([
      Stream.mkUint8Array(untilGrace(stdout)),
      Stream.mkString(Stream.decodeText(untilGrace(stderr))),
      exitCode
    ], { concurrency: 3 }),
    ([bytes, stderr, code]) => ({ bytes, stdout: new TextDecoder().decode(bytes), stderr, exitCode: Number(code) })
  )
}
