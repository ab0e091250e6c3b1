/**
 * What an attempt left behind, each part from the one who may say it: with a broker, delivery, spend, turns and limits are the broker's
 * word alone, and the runner tells of the session. Without one the runner speaks of everything.
 */
import type { AgentResult, Delivery } from "@orchestrator/domain/AgentResult"
import { type BrokerResult, type Failover, mostFailovers } from "@orchestrator/domain/BrokerResult"
import type { Usage } from "@orchestrator/domain/Usage"
import { Result } from "effect"
import type { ObservedJob } from "../facts/Observed.ts"

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
  /** Models that the agent asked for and may not use. */
  readonly refusedModels?: ReadonlyArray<string>
  /** Providers of models that others stood in for. */
  readonly failovers?: ReadonlyArray<Failover>
  /** Why what is left of the attempt is not kept. */
  readonly evidenceProblem?: string
}

const sessionOf = ({ resumed, resumeProblem, sessionId }: Partial<AgentResult>): Evidence => ({
  ...(sessionId === undefined ? {} : { sessionId }),
  ...(resumed === undefined ? {} : { resumed }),
  ...(resumeProblem === undefined ? {} : { resumeProblem })
})

/** Its figures of money are a list's. */
const byRunner = (
  { delivery, forgeKnown, pullRequestProblem, resetAt, usage }: Partial<AgentResult>
): Evidence => ({
  ...(usage === undefined ? {} : { usage: usage.costUsd === undefined ? usage : { ...usage, costEstimated: true } }),
  ...(resetAt === undefined ? {} : { resetAt }),
  ...(delivery === undefined ? {} : { delivery }),
  ...(forgeKnown === undefined ? {} : { forgeKnown }),
  ...(pullRequestProblem === undefined ? {} : { pullRequestProblem })
})

const byBroker = (brokerReport: BrokerResult): Evidence => {
  const { delivery, evidenceProblem, failovers, forgeKnown, pullRequestProblem, refusedModels, resetAt } = brokerReport
  const usage = usageOf(brokerReport)
  return {
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    ...(resetAt === undefined ? {} : { resetAt }),
    ...(delivery === undefined ? {} : { delivery }),
    forgeKnown,
    ...(pullRequestProblem === undefined ? {} : { pullRequestProblem }),
    ...(refusedModels === undefined ? {} : { refusedModels }),
    ...(failovers === undefined || failovers.length === 0 ? {} : { failovers: failovers.slice(0, mostFailovers) }),
    ...(evidenceProblem === undefined ? {} : { evidenceProblem })
  }
}

/** What the broker counted. Where it could not see an end, or a model has no price, the cost is an estimate. */
const usageOf = ({ costComplete, costUsd, models, reservedUsd = 0, turns }: BrokerResult): Usage => {
  const counted = Object.values(models)
  const sum = (of: (tokens: typeof counted[number]) => number) =>
    counted.reduce((total, tokens) => total + of(tokens), 0)
  return {
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(reservedUsd > 0 || !costComplete ? { costEstimated: true } : {}),
    ...(counted.length === 0 ? {} : {
      inputTokens: sum(({ cacheRead, cacheWrite, input }) => input + cacheRead + cacheWrite),
      outputTokens: sum(({ output }) => output)
    }),
    ...(turns === undefined && counted.length === 0 ? {} : { turns: turns ?? sum(({ answers }) => answers) })
  }
}

/** Of an attempt whose pod is over; empty where nothing was left. */
export const evidenceOf = ({ brokered, pod }: ObservedJob): Evidence => {
  const runnerReport: Partial<AgentResult> = pod?.ended === undefined || Result.isFailure(pod.ended.result)
    ? {}
    : pod.ended.result.success
  if (!brokered) return { ...sessionOf(runnerReport), ...byRunner(runnerReport) }
  return pod?.brokerReport === undefined || Result.isFailure(pod.brokerReport)
    ? sessionOf(runnerReport)
    : { ...sessionOf(runnerReport), ...byBroker(pod.brokerReport.success) }
}
