/**
 * One attempt from environment to termination message. Being told to stop (SIGTERM) is an interruption: the agent is stopped, what it
 * did is committed and pushed, and the result says Interrupted.
 */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { inert } from "@orchestrator/domain/Inert"
import { printable } from "@orchestrator/domain/Printable"
import { attemptText } from "@orchestrator/domain/Retry"
import { addUsage } from "@orchestrator/domain/Usage"
import { Cause, type Duration, Effect, Exit, Fiber, Option, Ref } from "effect"
import { nothingSeen } from "../agents/Following.ts"
import type { ProcessEnd } from "../agents/ProcessEnd.ts"
import { Redaction } from "../pod/Redact.ts"
import { RunFailure } from "../pod/RunFailure.ts"
import { checkCommands, checkGit } from "./Commands.ts"
import { Evidence } from "./evidence/Evidence.ts"
import { conclude } from "./handover/Conclude.ts"
import { deliver } from "./handover/Delivery.ts"
import { type HandedOver, Handover } from "./handover/Handover.ts"
import { type LoopState, runAgent, type RunnerReport } from "./loop/AgentLoop.ts"
import { RunnerConfig, type RunnerSettings } from "./services/RunnerConfig.ts"
import { renewWorkspace } from "./workspace/RenewWorkspace.ts"
import { type Prepared, prepareWorkspace } from "./workspace/Setup.ts"

/** Kubernetes kills what has not ended within the grace period; the message must be out before that. */
const savingTakesAtMost = "75 seconds"

const subjectFor = (settings: RunnerSettings, prepared: Prepared, processEnd: ProcessEnd | undefined): string => {
  if (processEnd?._tag === "Finished") return printable(inert(prepared.title), { max: 200 })
  const why = processEnd === undefined ? "interrupted" : "unfinished"
  return `wip: ${why} attempt ${attemptText(settings.run.attempt)} of ${settings.run.name}`
}

/** The words for a failure of the runner's own means. */
const failureOf = (cause: Cause.Cause<unknown>): Pick<AgentResult, "outcome" | "reason" | "message"> => {
  const error = Cause.squash(cause)
  if (error instanceof RunFailure) return { outcome: "Failed", reason: error.reason, message: error.message }
  return {
    outcome: "Failed",
    reason: "SetupFailed",
    message: error instanceof Error ? error.message : String(error)
  }
}

/** A session counts as resumed when the agent has begun in it, and not when that was only asked for. */
const reportOf = (report: RunnerReport | undefined, begun: boolean, usage: RunnerReport["usage"]) => {
  if (report === undefined) return {}
  const problem = report.resumeProblem ?? (report.resuming && !begun ? "the agent did not begin in it" : undefined)
  return {
    sessionId: report.sessionId,
    resumed: report.resuming && begun,
    ...(problem === undefined ? {} : { resumeProblem: problem }),
    ...(usage === undefined ? {} : { usage })
  }
}

/** Runs the attempt that the configuration describes. Interruption is an outcome, not a failure; saving is not interrupted. */
export const runAttempt = Effect.uninterruptible(
  Effect.gen(function*() {
    const settings = yield* RunnerConfig
    const { agent } = settings
    const evidence = yield* Evidence
    const handover = yield* Handover
    const prepared = yield* Ref.make<Prepared | undefined>(undefined)
    const state: LoopState = {
      report: yield* Ref.make<RunnerReport | undefined>(undefined),
      seen: yield* Ref.make(nothingSeen)
    }

    const ended = yield* Effect.gen(function*() {
      yield* checkCommands(agent.executable, settings.environment["PATH"])
      yield* checkGit
      yield* renewWorkspace(settings)
      yield* agent.checkVersion(settings.environment["PATH"])
      const files = yield* agent.prepareFiles(settings.roots, settings)
      const workspace = yield* prepareWorkspace(settings)
      yield* Ref.set(prepared, workspace)
      return yield* runAgent(settings, workspace, files, state)
    }).pipe(Effect.onInterrupt(() => handover.cancel), Effect.interruptible, Effect.exit)

    const interrupted = Exit.isFailure(ended) && Cause.hasInterrupts(ended.cause)
    const processEnd = Exit.isSuccess(ended) ? ended.value : undefined
    const workspace = yield* Ref.get(prepared)
    const report = yield* Ref.get(state.report)
    const delivered = workspace === undefined || (processEnd === undefined && !interrupted)
      ? undefined
      : yield* save(settings, workspace, processEnd, report?.usage?.costUsd)
    const delivery = delivered?.delivery
    if (evidence.folder !== undefined && delivery?.changed === true && delivery.headCommit !== undefined) {
      const patch = yield* handover.diff
      yield* patch === undefined ? Effect.void : evidence.diff(patch)
    }
    // The usage of a process that was cut is only in what was seen of it.
    const seen = yield* Ref.get(state.seen)
    const usage = processEnd === undefined ? addUsage(report?.usage, seen.usage) : report?.usage
    const begun = report?.begun === true || (seen.begun && !seen.unfit)
    const outcome = processEnd !== undefined && delivered !== undefined
      ? conclude(processEnd, delivered)
      : interrupted
      ? { outcome: "Interrupted" as const, message: interruptedMessage(workspace, delivered) }
      : Exit.isFailure(ended)
      ? failureOf(ended.cause)
      : { outcome: "Failed" as const, reason: "AgentError" as const, message: "no end" }
    const result: AgentResult = {
      ...outcome,
      ...reportOf(report, begun, usage),
      ...(delivery === undefined ? {} : { delivery })
    }
    return result
  })
)

/** Interruption shortens the wait and does not end the work. */
const save = Effect.fnUntraced(function*(
  settings: RunnerSettings,
  prepared: Prepared,
  processEnd: ProcessEnd | undefined,
  costUsd: number | undefined
) {
  yield* Effect.log(processEnd === undefined ? "stopping: saving the work" : "checking the work")
  const unsaved = (problem: string): HandedOver => ({
    delivery: { branch: prepared.branch, changed: true },
    forgeKnown: false,
    problem
  })
  const done = processEnd?._tag === "Finished" || (processEnd?._tag === "OverBudget" && processEnd.complete)
  const saving = yield* Effect.forkChild(
    deliver(prepared, {
      run: settings.run,
      subject: subjectFor(settings, prepared, processEnd),
      ...(done ? { report: { summary: (yield* Redaction)(processEnd.message), costUsd } } : {})
    }).pipe(
      Effect.catchCause((cause) => Effect.succeed(unsaved(failureOf(cause).message)))
    )
  )
  const within = (limit: Duration.Input) =>
    Effect.timeoutOption(Effect.interruptible(Fiber.join(saving)), limit).pipe(
      Effect.map(Option.getOrElse(() => unsaved(`not done within ${String(limit)}`)))
    )
  const saved = yield* Effect.exit(
    Effect.interruptible(within(processEnd === undefined ? savingTakesAtMost : "10 minutes"))
  )
  return Exit.isSuccess(saved) ? saved.value : yield* within(savingTakesAtMost)
})

const interruptedMessage = (prepared: Prepared | undefined, handedOver: HandedOver | undefined): string => {
  if (prepared === undefined) return "Stopped before the agent was started."
  const { delivery, problem, remarks = [] } = handedOver ?? {}
  const more = remarks.map((remark) => ` ${remark}`).join("")
  if (problem !== undefined) return `Stopped; the work could not be committed: ${problem}`
  if (delivery?.changed !== true) return `Stopped; there was no work to save.${more}`
  return delivery.pushRefused === undefined
    ? `Stopped; the work is on ${delivery.branch}.${more}`
    : `Stopped; the work is on ${delivery.branch}, but not pushed: ${delivery.pushRefused}.${more}`
}
