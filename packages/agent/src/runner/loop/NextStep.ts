/** Whether a process of the agent that has ended is followed by another in the same pod. Every way on is bounded. */
import { Data, Duration } from "effect"
import { ProcessEnd } from "../../agents/ProcessEnd.ts"

export type NextStep = Data.TaggedEnum<{
  /** The end stands. */
  End: {}
  /** The same session again, after a pause. */
  Resume: { readonly after: Duration.Duration }
  /** A new session, since the wanted one cannot be had. */
  StartFresh: { readonly problem: string }
}>
export const NextStep = Data.taggedEnum<NextStep>()

/** What has been tried in this pod. */
export interface Tried {
  readonly upstream: number
  readonly lost: number
  readonly limited: number
  readonly sessions: number
  /** Seconds spent waiting for limits. */
  readonly waited: number
}

export const nothingTried: Tried = { upstream: 0, lost: 0, limited: 0, sessions: 0, waited: 0 }

const upstreamTries = 3
const lostTries = 1
const sessionTries = 2
/** A limit that lasts longer is the controller's to wait for, without a pod. */
const longestWait = 30 * 60

export interface NextStepOptions {
  /** First pause before a resume, in seconds. */
  readonly backoff: number
  /** Epoch seconds. */
  readonly now: number
}

/** What follows the end of a process, and what has then been tried. */
export const nextStep = (
  processEnd: ProcessEnd,
  tried: Tried,
  options: NextStepOptions
): readonly [NextStep, Tried] => {
  const { backoff, now } = options
  const end = [NextStep.End(), tried] as const
  const resume = (seconds: number, next: Partial<Tried>) =>
    [NextStep.Resume({ after: Duration.seconds(seconds) }), { ...tried, ...next }] as const
  return ProcessEnd.$match(processEnd, {
    UpstreamDown: () =>
      tried.upstream < upstreamTries
        ? resume(backoff * 3 ** tried.upstream, { upstream: tried.upstream + 1 })
        : end,
    Lost: () => (tried.lost < lostTries ? resume(backoff / 10, { lost: tried.lost + 1 }) : end),
    Limited: ({ resetAt }) => {
      const pause = resetAt === undefined ? 6 * backoff * 2 ** tried.limited : Math.max(1, resetAt - now + 1)
      return tried.waited + pause <= longestWait
        ? resume(pause, { limited: tried.limited + 1, waited: tried.waited + pause })
        : end
    },
    SessionInUse: () => (tried.sessions < sessionTries ? resume(0, { sessions: tried.sessions + 1 }) : end),
    SessionUnknown: () =>
      tried.sessions < sessionTries
        ? [
          NextStep.StartFresh({ problem: "the agent did not find the session to resume" }),
          { ...tried, sessions: tried.sessions + 1 }
        ] as const
        : end,
    Finished: () => end,
    OverBudget: () => end,
    Failed: () => end
  })
}
