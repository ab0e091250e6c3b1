/**
 * One process of the agent, from start to its certain end: follows the stream, watches the clocks, stops it by SIGINT, SIGTERM and
 * SIGKILL, and kills what it left. When the runner is interrupted the same ladder runs before anything else happens.
 */
import { Clock, Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Ref, Schedule, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { constants } from "node:os"
import {
  type Asked,
  initProblem,
  nothingSeen,
  notInForce,
  type Observation,
  observe,
  observeStderr,
  overdue,
  type StopCause
} from "../../agents/claude/Observation.ts"
import { decodeEvent, isInit, redacted } from "../../agents/claude/Stream.ts"
import { logLines, short } from "../../agents/claude/StreamLog.ts"
import type { Environment } from "../../pod/Environment.ts"
import { Redaction } from "../../pod/Redact.ts"
import { Evidence } from "../evidence/Evidence.ts"
import type { Bounds } from "../RunnerConfig.ts"
import { Processes } from "./Processes.ts"

export interface AgentProcess {
  readonly command: string
  readonly arguments: ReadonlyArray<string>
  readonly environment: Environment
  readonly workingDirectory: string
  readonly prompt: string
  readonly asked: Asked
  /** Environment entries by which its leftovers are found. */
  readonly marks: ReadonlyArray<string>
  readonly bounds: Bounds
}

/** Exit code as a shell counts it. The spawner reports an end by signal as an error that names the signal. */
const exitCodeOf = (message: string): number => {
  const name = /SIG[A-Z0-9]+/.exec(message)?.[0]
  const number = Object.entries(constants.signals).find(([signal]) => signal === name)?.[1]
  return number === undefined ? 1 : 128 + number
}

export class Supervisor extends Context.Service<Supervisor, {
  /** Runs the agent once. What is seen is also in `seen` as it happens, for whoever interrupts. */
  readonly run: (agent: AgentProcess, seen: Ref.Ref<Observation>) => Effect.Effect<Observation>
}>()("@orchestrator/agent/runner/loop/Supervisor") {
  static readonly layer = Layer.effect(
    Supervisor,
    Effect.gen(function*() {
      const evidence = yield* Evidence
      const processes = yield* Processes
      const redact = yield* Redaction
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner

      const supervise = Effect.fnUntraced(function*(agent: AgentProcess, seen: Ref.Ref<Observation>) {
        const { bounds } = agent
        const lastEvent = yield* Ref.make(yield* Clock.currentTimeMillis)
        const firstEvent = yield* Deferred.make<StopCause>()

        // One process per session: a runner that was killed may have left its agent running.
        yield* processes.sweep(agent.marks)
        const handle = yield* spawner.spawn(ChildProcess.make(agent.command, agent.arguments, {
          cwd: agent.workingDirectory,
          env: agent.environment,
          stdin: Stream.encodeText(Stream.make(agent.prompt)),
          detached: false,
          killSignal: "SIGKILL"
        }))
        const exit = yield* Effect.cached(handle.exitCode.pipe(
          Effect.map((code): number => code),
          Effect.catch((error) => Effect.succeed(exitCodeOf(String(error.cause ?? error.message))))
        ))

        const onLine = Effect.fnUntraced(function*(line: string) {
          if (line.trim() !== "") yield* evidence.event(line)
          const event = redacted(decodeEvent(line), redact)
          if (event === undefined) {
            if (line.trim() !== "") yield* Effect.log(`agent printed: ${short(line, undefined, redact)}`)
            return
          }
          yield* Ref.set(lastEvent, yield* Clock.currentTimeMillis)
          const now = yield* Ref.updateAndGet(seen, (before) => observe(before, event))
          for (const text of logLines(event, redact)) yield* Effect.log(text)
          if (!isInit(event)) return
          const problem = initProblem(event, agent.asked, now.stderr)
          if (problem === undefined) return
          yield* Ref.update(seen, (before) => ({ ...before, badInit: problem }))
          yield* Deferred.succeed(firstEvent, "BadInit")
        })
        const onStderr = Effect.fnUntraced(function*(line: string) {
          yield* Ref.update(seen, (before) => observeStderr(before, redact(line)))
          if (line.trim() !== "") yield* Effect.log(`agent stderr: ${short(line, undefined, redact)}`)
          if (notInForce.test(line)) yield* Deferred.succeed(firstEvent, "BadInit")
        })
        const lines = <E>(stream: Stream.Stream<Uint8Array, E>) => Stream.splitLines(Stream.decodeText(stream))
        const stdout = yield* Effect.forkScoped(Effect.ignore(Stream.runForEach(lines(handle.stdout), onLine)))
        yield* Effect.forkScoped(Effect.ignore(Stream.runForEach(lines(handle.stderr), onStderr)))

        const exited = (seconds: number) =>
          Effect.map(Effect.timeoutOption(exit, Duration.seconds(seconds)), (code) => code._tag === "Some")
        const stop = Effect.gen(function*() {
          for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
            if (!(yield* Effect.orElseSucceed(handle.isRunning, () => false))) return
            yield* processes.signal(handle.pid, signal)
            if (yield* exited(bounds.stop)) return
          }
        })
        yield* Effect.addFinalizer((exit) =>
          Exit.isSuccess(exit) ? Effect.void : Effect.andThen(stop, processes.sweep(agent.marks))
        )

        const noInit = Effect.sleep(Duration.seconds(bounds.init)).pipe(
          Effect.andThen(Ref.get(seen)),
          Effect.flatMap(({ init }) => (init === undefined ? Effect.succeed<StopCause>("NoInit") : Effect.never))
        )
        const tooQuiet = Effect.gen(function*() {
          const quiet = (yield* Clock.currentTimeMillis) - (yield* Ref.get(lastEvent))
          return overdue(yield* Ref.get(seen), quiet / 1000, bounds)
        }).pipe(
          Effect.repeat({
            schedule: Schedule.spaced(Duration.seconds(Math.min(bounds.silence, bounds.exit) / 10)),
            until: (cause) => cause !== undefined
          })
        )
        const cause = yield* Effect.raceAllFirst([
          Effect.as(exit, undefined),
          Deferred.await(firstEvent),
          noInit,
          tooQuiet
        ])
        if (cause !== undefined) {
          yield* Effect.log(`stopping the agent: ${stopWords[cause]}`)
          yield* Ref.update(seen, (before) => ({ ...before, stopped: cause }))
          yield* stop
        }
        const exitCode = yield* exit
        const leftovers = yield* processes.sweep(agent.marks)
        if (leftovers > 0) yield* Effect.log(`killed ${leftovers} processes that the agent left behind`)
        // The pipe ends with the last process that holds it; what was written is read to the end.
        yield* Effect.timeoutOption(Fiber.await(stdout), Duration.seconds(2))
        return yield* Ref.updateAndGet(seen, (before) => ({ ...before, exitCode }))
      }, Effect.scoped)

      return Supervisor.of({
        run: Effect.fn("Supervisor.run")(function*(agent, seen) {
          yield* Ref.set(seen, nothingSeen)
          return yield* supervise(agent, seen).pipe(
            Effect.catch((error) =>
              Ref.updateAndGet(seen, (before) => ({
                ...observeStderr(before, `cannot start ${agent.command}: ${error.message}`),
                exitCode: 127
              }))
            )
          )
        })
      })
    })
  )
}

const stopWords: { readonly [cause in StopCause]: string } = {
  NoInit: "it has not said anything",
  BadInit: "it does not run as asked",
  Silent: "it shows no sign of life",
  NotExiting: "it has finished but does not exit"
}
