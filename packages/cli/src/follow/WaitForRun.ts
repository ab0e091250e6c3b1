/**
 * Waits until a run has ended, and shows on the way what it does. A server that is away for a moment is asked again; the run goes on
 * without us, whatever becomes of the wait.
 */
import { isFinished } from "@orchestrator/client/follow/FinishedRun"
import { Duration, Effect, Option, Ref, Schedule, Semaphore, Stream } from "effect"
import { CommandFailed, exitCodes } from "../connect/CommandFailed.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import type { KindApi } from "../runs/RunApi.ts"
import { answerRef } from "../runs/RunView.ts"
import { Display } from "../show/Display.ts"
import { progressLine } from "./Progress.ts"

/** What the flags say of waiting. */
export interface WaitInput {
  readonly wait: boolean
  /** Waits, and shows what the agent prints. */
  readonly follow: boolean
  readonly timeout: Option.Option<Duration.Duration>
}

export interface WaitOptions {
  /** Whether what the agent prints is shown as well. */
  readonly logs: boolean
  readonly timeout: Option.Option<Duration.Duration>
}

const pause = Schedule.spaced("1 second")

/** How long the server may be away: an upgrade, a network that changes. */
const patience = 60

const isPassing = ({ problem }: CommandFailed): boolean =>
  problem === "unreachable" || problem === "cluster-unavailable" || problem === "access-unknown" ||
  problem === "not-ready"

const asked = (api: KindApi, name: string) =>
  Effect.retry(api.get(name), { while: isPassing, schedule: pause, times: patience })

/** Shows the log of the attempt that runs, from its beginning to its end; of each attempt once. */
const makeLogs = Effect.fnUntraced(function*(api: KindApi, seen: Ref.Ref<RunAnswer>) {
  const display = yield* Display
  const one = yield* Semaphore.make(1)
  let shown: string | undefined
  const rest = Effect.gen(function*() {
    const run = yield* Ref.get(seen)
    const jobName = run.status?.jobName
    if (jobName === undefined || jobName === shown || run.phase === "Pending") return
    const log = yield* api.logs(run.name, { follow: true })
    yield* log.pipe(
      Stream.decodeText,
      Stream.splitLines,
      Stream.runForEach((line) => line.trim() === "" ? Effect.void : display.agent(answerRef(run), line))
    )
    shown = jobName
  })
  return { rest: Effect.ignore(one.withPermit(rest)) }
})

const noLogs = { rest: Effect.void }

/** How long the rest of a log may take once the run has ended. */
const logTail = Duration.seconds(5)

/** The run at its end. */
export const waitForRun = Effect.fn("waitForRun")(function*(api: KindApi, first: RunAnswer, options: WaitOptions) {
  const display = yield* Display
  const seen = yield* Ref.make(first)
  const look = Effect.tap(asked(api, first.name), (run) => Ref.set(seen, run))
  const progress = Effect.tap(look, (run) => isFinished(run) ? Effect.void : display.run(progressLine(run)))
  const { rest: logs } = options.logs ? yield* makeLogs(api, seen) : noLogs
  const ended = Effect.gen(function*() {
    yield* Effect.forkScoped(Effect.repeat(logs, pause))
    const run = yield* Effect.repeat(progress, { until: isFinished, schedule: pause })
    yield* Effect.ignore(Effect.timeout(logs, logTail))
    yield* display.run(progressLine(run))
    return run
  }).pipe(Effect.scoped)
  return yield* Option.match(options.timeout, {
    onNone: () => ended,
    onSome: (duration) =>
      Effect.timeoutOrElse(ended, { duration, orElse: () => Effect.flatMap(Ref.get(seen), timedOut) })
  })
})

const timedOut = (run: RunAnswer) => {
  const ref = answerRef(run)
  const { phase, reason } = run
  return new CommandFailed({
    exitCode: exitCodes.timeout,
    message: `${ref} has not ended in the time given: it is ${phase}${
      reason === undefined ? "" : ` (${reason})`
    } and goes on. Wait again: orchestrator get ${ref} --wait; stop it: orchestrator cancel ${ref}`
  })
}
