/**
 * What an attempt left behind, each part from the one who may say it: with a broker, delivery, spend and reset time are the broker's
 * word alone, and the runner tells the story. Without one the runner speaks of everything.
 */
import type { AgentResult, Delivery } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import type { Usage } from "@orchestrator/domain/Usage"
import { Result } from "effect"
import type { ObservedJob } from "./Observed.ts"

export interface Evidence {
  readonly sessionId?: string
  readonly resumed?: boolean
  /** Why a wanted resume was not possible. */
  readonly resumeProblem?: string
  readonly usage?: Usage
  /** RFC 3339 time at which a usage limit ends. */
  readonly resetAt?: string
  readonly delivery?: Delivery
  /** Whether a pull request can be had where the branch is; absent: none was asked for. */
  readonly forgeKnown?: boolean
  /** Why there is no pull request. */
  readonly pullRequestProblem?: string
}

const storyOf = ({ resumed, resumeProblem, sessionId }: Partial<AgentResult>): Evidence => ({
  ...(sessionId === undefined ? {} : { sessionId }),
  ...(resumed === undefined ? {} : { resumed }),
  ...(resumeProblem === undefined ? {} : { resumeProblem })
})

const byRunner = ({ delivery, resetAt, usage }: Partial<AgentResult>): Evidence => ({
  ...(usage === undefined ? {} : { usage }),
  ...(resetAt === undefined ? {} : { resetAt }),
  ...(delivery === undefined ? {} : { delivery })
})

const byBroker = (testimony: BrokerResult, story: Partial<AgentResult>): Evidence => {
  const { delivery, forgeKnown, pullRequestProblem, resetAt } = testimony
  const usage = usageOf(testimony, story.usage)
  return {
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    ...(resetAt === undefined ? {} : { resetAt }),
    ...(delivery === undefined ? {} : { delivery }),
    forgeKnown,
    ...(pullRequestProblem === undefined ? {} : { pullRequestProblem })
  }
}

/** Where a model has no price, the agent's own figure counts, but never less than what the broker knows to be spent. */
const usageOf = ({ costComplete, costUsd, models }: BrokerResult, told: Usage | undefined): Usage => {
  const counted = Object.values(models)
  const sum = (of: (tokens: typeof counted[number]) => number) =>
    counted.reduce((total, tokens) => total + of(tokens), 0)
  const cost = costComplete || told?.costUsd === undefined ? costUsd : Math.max(told.costUsd, costUsd ?? 0)
  return {
    ...(cost === undefined ? {} : { costUsd: cost }),
    ...(counted.length === 0 ? {} : {
      inputTokens: sum(({ cacheRead, cacheWrite, input }) => input + cacheRead + cacheWrite),
      outputTokens: sum(({ output }) => output)
    }),
    ...(told?.turns === undefined ? {} : { turns: told.turns })
  }
}

/** Of an attempt whose pod is over; empty where nothing was left. */
export const evidenceOf = ({ brokered, pod }: ObservedJob): Evidence => {
  const story: Partial<AgentResult> = pod?.ended === undefined || Result.isFailure(pod.ended.result)
    ? {}
    : pod.ended.result.success
  if (!brokered) return { ...storyOf(story), ...byRunner(story) }
  return pod?.testimony === undefined || Result.isFailure(pod.testimony)
    ? { ...storyOf(story), ...(story.usage?.turns === undefined ? {} : { usage: { turns: story.usage.turns } }) }
    : { ...storyOf(story), ...byBroker(pod.testimony.success, story) }
}
