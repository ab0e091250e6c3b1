/** Runs git for the broker. How a command ended is for its caller to judge. */
import { Context, Duration, Effect, Layer, Schedule, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import type { GitAnswer } from "../../git/Git.ts"
import type { Environment } from "../../pod/Environment.ts"
import { outputOf } from "../../pod/ProcessOutput.ts"

/** When a remote that did not answer is asked again. */
export const retrySchedule = Schedule.exponential(Duration.millis(500)).pipe(Schedule.upTo({ times: 3 }))

export interface GitCommand {
  readonly args: ReadonlyArray<string>
  readonly environment: Environment
  readonly input?: Stream.Stream<Uint8Array>
  /** What the process may take at most, where the system has such limits. */
  readonly limits?: {
    readonly memoryMebibytes?: number
    readonly cpuSeconds?: number
    /** Of each file that it writes. */
    readonly fileMebibytes?: number
  }
}

/** The shell sets the limits and becomes git; a system that does not know one goes on without it. */
const limiting = "for kind in d t f; do [ -z \"$1\" ] || ulimit -$kind \"$1\" 2>/dev/null; shift; done; exec git \"$@\""

/** In the units of a shell: of a kibibyte, a second, and half a kibibyte. */
const limitWords = ({ cpuSeconds, fileMebibytes, memoryMebibytes }: NonNullable<GitCommand["limits"]>) => [
  memoryMebibytes === undefined ? "" : String(memoryMebibytes * 1024),
  cpuSeconds === undefined ? "" : String(cpuSeconds),
  fileMebibytes === undefined ? "" : String(fileMebibytes * 2048)
]

const wordsOf = ({ args, limits }: GitCommand): readonly [command: string, args: ReadonlyArray<string>] =>
  limits === undefined
    ? ["git", args]
    : ["sh", ["-c", limiting, "git", ...limitWords(limits), ...args]]

export class BrokerGit extends Context.Service<BrokerGit, {
  /** Runs to the end; a command that cannot start answers with exit code 127. */
  readonly ask: (command: GitCommand) => Effect.Effect<GitAnswer>
  /** The output as it comes; the command ends with the stream. */
  readonly stream: (command: GitCommand) => Stream.Stream<Uint8Array>
}>()("@orchestrator/agent/broker/git/BrokerGit") {
  static readonly layer = Layer.effect(
    BrokerGit,
    Effect.gen(function*() {
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
      const spawn = (given: GitCommand) => {
        const [command, args] = wordsOf(given)
        return spawner.spawn(ChildProcess.make(command, args, {
          env: given.environment,
          stdin: given.input ?? "ignore",
          killSignal: "SIGTERM",
          forceKillAfter: "2 seconds"
        }))
      }

      return BrokerGit.of({
        ask: Effect.fn("BrokerGit.ask")(function*(command) {
          return yield* Effect.scoped(Effect.flatMap(spawn(command), outputOf)).pipe(
            Effect.catch((error) =>
              Effect.succeed({ bytes: new Uint8Array(), stdout: "", stderr: error.message, exitCode: 127 })
            )
          )
        }),
        stream: (command) =>
          Stream.unwrap(Effect.map(spawn(command), (handle) => handle.stdout)).pipe(
            Stream.catch((error) =>
              Stream.fromEffectDrain(Effect.logWarning(`git ${command.args[0]}: ${error.message}`))
            )
          )
      })
    })
  )
}
