/**
 * One process of the agent, from start to its certain end: follows the stream, watches the clocks, stops it by SIGINT, SIGTERM and
 * SIGKILL, and kills what it left. When the runner is interrupted the same ladder runs before anything else happens.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Ref, Schedule, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { constants } from "node:os"
import type { AgentCli, Invocation } from "../../agents/AgentCli.ts"
import {
  type Bounds,
  type BrokerView,
  type Following,
  type Observation,
  type StopCause
} from "../../agents/Following.ts"
import type { Environment } from "../../pod/Environment.ts"
import { Redaction } from "../../pod/Redact.ts"
import { short } from "../../pod/Short.ts"
import { Evidence } from "../evidence/Evidence.ts"
import { Processes } from "./Processes.ts"

export interface AgentProcess {
  readonly agent: AgentCli
  readonly invocation: Invocation
  readonly environment: Environment
  readonly prompt: string
  /** Environment entries by which its leftovers are found. */
  readonly marks: ReadonlyArray<string>
  readonly bounds: Bounds
  /** What the broker has seen so far. */
  readonly broker: Effect.Effect<BrokerView | undefined>
}

/** Changes what is known of the process, also for whoever looks at it from outside. */
const stepOf =
  (followed: Ref.Ref<Following>, seen: Ref.Ref<Observation>) => (change: (before: Following) => Following) =>
    Effect.tap(Ref.updateAndGet(followed, change), (after) => Ref.set(seen, after.seen))

/** Exit code as a shell counts it. The spawner reports an end by signal as an error that names the signal. */
const exitCodeOf = (message: string): number => {
  const name = /SIG[A-Z0-9]+/.exec(message)?.[0]
  const number = Object.entries(constants.signals).find(([signal]) => signal === name)?.[1]
  return number === undefined ? 1 : 128 + number
}

/** Seconds of silence after which the broker is asked what it is about. */
const askedAfter = 10

export class Supervisor extends Context.Service<Supervisor, {
  /** Runs the agent once. What is seen is also in `seen` as it happens, for whoever interrupts. */
  readonly run: (process: AgentProcess, seen: Ref.Ref<Observation>) => Effect.Effect<Following>
}>()("@orchestrator/agent/runner/loop/Supervisor") {
  static readonly layer = Layer.effect(
    Supervisor,
    Effect.gen(function*() {
      const evidence = yield* Evidence
      const processes = yield* Processes
      const redact = yield* Redaction
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner

      const supervise = Effect.fnUntraced(
        function*(process: AgentProcess, followed: Ref.Ref<Following>, seen: Ref.Ref<Observation>) {
          const { agent, bounds, broker, invocation, marks } = process
          const step = stepOf(followed, seen)
          const lastEvent = yield* Ref.make(yield* monotonicMillis)
          const firstEvent = yield* Deferred.make<StopCause>()

          yield* evidence.said({ type: "message", role: "user", text: process.prompt })
          // One process per session: a runner that was killed may have left its agent running.
          yield* processes.sweep(marks)
          const handle = yield* spawner.spawn(ChildProcess.make(agent.executable, agent.arguments(invocation), {
            cwd: invocation.workingDirectory,
            env: process.environment,
            stdin: Stream.encodeText(Stream.make(process.prompt)),
            detached: false,
            killSignal: "SIGKILL"
          }))
          const exit = yield* Effect.cached(handle.exitCode.pipe(
            Effect.map((code): number => code),
            Effect.catch((error) => Effect.succeed(exitCodeOf(String(error.cause ?? error.message))))
          ))

          const checkFit = Effect.gen(function*() {
            if ((yield* Ref.get(followed)).seen.unfit) yield* Deferred.succeed(firstEvent, "BadInit")
          })
          const onLine = Effect.fnUntraced(function*(line: string) {
            if (line.trim() !== "") yield* evidence.event(line)
            const read = yield* Ref.modify(followed, (before) => {
              const read = before.read(line)
              return [read, read?.next ?? before] as const
            })
            if (read === undefined) {
              if (line.trim() !== "") yield* Effect.log(`agent printed: ${short(line, undefined, redact)}`)
              return
            }
            yield* Ref.set(lastEvent, yield* monotonicMillis)
            yield* Ref.set(seen, read.next.seen)
            for (const text of read.log) yield* Effect.log(text)
            for (const content of read.transcript) yield* evidence.said(content)
            yield* checkFit
          })
          const onStderr = Effect.fnUntraced(function*(line: string) {
            yield* step((before) => before.readStderr(line))
            if (line.trim() !== "") yield* Effect.log(`agent stderr: ${short(line, undefined, redact)}`)
            yield* checkFit
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
            Exit.isSuccess(exit) ? Effect.void : Effect.andThen(stop, processes.sweep(marks))
          )

          const noInit = Effect.sleep(Duration.seconds(bounds.init)).pipe(
            Effect.andThen(Ref.get(followed)),
            Effect.flatMap(({ seen }) =>
              seen.begun || agent.worksSilently ? Effect.never : Effect.succeed<StopCause>("NoInit")
            )
          )
          const tooQuiet = Effect.gen(function*() {
            const quiet = ((yield* monotonicMillis) - (yield* Ref.get(lastEvent))) / 1000
            const asked = agent.worksSilently && quiet >= Math.min(askedAfter, bounds.silence)
            const view = asked ? yield* broker : undefined
            return (yield* Ref.get(followed)).overdue(quiet, bounds, view)
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
            yield* step((before) => before.stopped(cause))
            yield* stop
          }
          const exitCode = yield* exit
          const leftovers = yield* processes.sweep(marks)
          if (leftovers > 0) yield* Effect.log(`killed ${leftovers} processes that the agent left behind`)
          // The pipe ends with the last process that holds it; what was written is read to the end.
          yield* Effect.timeoutOption(Fiber.await(stdout), Duration.seconds(2))
          return yield* step((before) => before.exited(exitCode))
        },
        Effect.scoped
      )

      return Supervisor.of({
        run: Effect.fn("Supervisor.run")(function*(process, seen) {
          const { agent, invocation } = process
          const followed = yield* Ref.make(agent.follow(invocation, redact))
          const step = stepOf(followed, seen)
          yield* step((begin) => begin)
          return yield* supervise(process, followed, seen).pipe(
            Effect.catch((error) =>
              step((before) => before.readStderr(`cannot start ${agent.executable}: ${error.message}`).exited(127))
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
  Waiting: "it waits for a limit to end",
  Looping: "it asks its model again and again and takes nothing for an answer",
  NotExiting: "it has finished but does not exit"
}
