/**
 * One attempt from environment to termination message. Being told to stop (SIGTERM) is an interruption: the agent is stopped, what it
 * did is committed and pushed, and the result says Interrupted.
 */
import type { AgentResult, Delivery } from "@orchestrator/domain/AgentResult"
import { addUsage } from "@orchestrator/domain/Usage"
import { Cause, Effect, Exit, Ref } from "effect"
import { prepareAgentFiles } from "./AgentFiles.ts"
import { type LoopState, runAgent, type Story } from "./AgentLoop.ts"
import type { Verdict } from "./Classify.ts"
import { conclude } from "./Conclude.ts"
import { deliver } from "./Delivery.ts"
import { nothingSeen } from "./Observation.ts"
import { RunFailure } from "./RunFailure.ts"
import { RunnerConfig, type RunnerSettings } from "./RunnerConfig.ts"
import { type Prepared, prepareWorkspace } from "./Setup.ts"

/** Kubernetes kills what has not ended within the grace period; the message must be out before that. */
const savingTakesAtMost = "75 seconds"

const subjectFor = (settings: RunnerSettings, prepared: Prepared, verdict: Verdict | undefined): string => {
  if (verdict?._tag === "Finished") return prepared.title
  const why = verdict === undefined ? "interrupted" : "unfinished"
  return `wip: ${why} attempt ${settings.run.attempt} of ${settings.run.name}`
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

const storyOf = (story: Story | undefined, usage: Story["usage"]) =>
  story === undefined ? {} : {
    sessionId: story.sessionId,
    resumed: story.resumed,
    ...(story.resumeProblem === undefined ? {} : { resumeProblem: story.resumeProblem }),
    ...(usage === undefined ? {} : { usage })
  }

/** Runs the attempt that the configuration describes. Interruption is an outcome, not a failure; saving is not interrupted. */
export const runAttempt = Effect.uninterruptible(
  Effect.gen(function*() {
    const settings = yield* RunnerConfig
    const prepared = yield* Ref.make<Prepared | undefined>(undefined)
    const state: LoopState = {
      story: yield* Ref.make<Story | undefined>(undefined),
      seen: yield* Ref.make(nothingSeen)
    }

    const ended = yield* Effect.gen(function*() {
      const files = yield* prepareAgentFiles(settings)
      const workspace = yield* prepareWorkspace(settings)
      yield* Ref.set(prepared, workspace)
      return yield* runAgent(settings, workspace, files, state)
    }).pipe(Effect.interruptible, Effect.exit)

    const interrupted = Exit.isFailure(ended) && Cause.hasInterrupts(ended.cause)
    const verdict = Exit.isSuccess(ended) ? ended.value : undefined
    const workspace = yield* Ref.get(prepared)
    const delivery = workspace === undefined || (verdict === undefined && !interrupted)
      ? undefined
      : yield* save(settings, workspace, verdict)
    const story = yield* Ref.get(state.story)
    // The usage of a process that was cut is only in what was seen of it.
    const usage = verdict === undefined ? addUsage(story?.usage, (yield* Ref.get(state.seen)).usage) : story?.usage
    const outcome = verdict !== undefined
      ? conclude(verdict, delivery)
      : interrupted
      ? { outcome: "Interrupted" as const, message: interruptedMessage(workspace, delivery) }
      : Exit.isFailure(ended)
      ? failureOf(ended.cause)
      : { outcome: "Failed" as const, reason: "AgentError" as const, message: "no verdict" }
    const result: AgentResult = {
      ...outcome,
      ...storyOf(story, usage),
      ...(delivery === undefined ? {} : { delivery })
    }
    return result
  })
)

const save = Effect.fnUntraced(function*(settings: RunnerSettings, prepared: Prepared, verdict: Verdict | undefined) {
  yield* Effect.log(verdict === undefined ? "told to stop: saving the work" : "checking what was done")
  return yield* deliver(prepared, {
    runUid: settings.run.uid,
    subject: subjectFor(settings, prepared, verdict)
  }).pipe(
    Effect.timeoutOption(savingTakesAtMost),
    Effect.map((saved): Delivery | undefined =>
      saved._tag === "Some"
        ? saved.value
        : { branch: prepared.branch, changed: true, pushRefused: `not done within ${savingTakesAtMost}` }
    ),
    Effect.catchCause((cause) =>
      Effect.succeed<Delivery>({
        branch: prepared.branch,
        changed: true,
        pushRefused: `the work could not be committed: ${failureOf(cause).message}`
      })
    )
  )
})

const interruptedMessage = (prepared: Prepared | undefined, delivery: Delivery | undefined): string => {
  if (prepared === undefined) return "Told to stop before the agent was started."
  if (delivery?.changed !== true) return "Told to stop; there was no work to save."
  return delivery.pushRefused === undefined
    ? `Told to stop; the work is on ${delivery.branch}.`
    : `Told to stop; the work is in the workspace on ${delivery.branch}, but not pushed: ${delivery.pushRefused}`
}
