/** What the controller makes of a pod that has ended: its verdict on the termination messages. */
import { judgeAgent, type Verdict } from "@orchestrator/controller/decide/Judge"
import { jobFacts } from "@orchestrator/controller/facts/Job"
import type { ObservedJob } from "@orchestrator/controller/facts/Observed"
import { type PodFacts, podFacts } from "@orchestrator/controller/facts/Pod"
import type { AgentEnd } from "@orchestrator/controller/facts/Reports"
import { parseAgentResult } from "@orchestrator/domain/AgentResult"
import { parseBrokerResult } from "@orchestrator/domain/BrokerResult"

export interface EndedPod {
  readonly exitCode: number
  /** Termination message of the agent's container. */
  readonly runnerReport: string | undefined
  /** Termination message of the broker's container, in a pod that has one. */
  readonly brokerReport: string | undefined
  readonly brokered: boolean
  /** Whether a person cancelled the run. */
  readonly cancelled: boolean
}

const credentials = { modelKey: "the model's key", gitAccess: "access to git" }

/** `Delivered` is the only success. */
export const judge = ({ brokered, cancelled, exitCode, runnerReport, brokerReport }: EndedPod): Verdict => {
  const ended: AgentEnd = {
    exitCode,
    reason: exitCode === 0 ? "Completed" : "Error",
    result: parseAgentResult(runnerReport)
  }
  const name = "code-demo-v1-3f9c2a1b"
  const pod: PodFacts = {
    ...podFacts({ metadata: { name: `${name}-x7k2p` }, spec: { containers: [] }, status: { phase: "Succeeded" } }),
    begun: true,
    ended,
    brokerReport: brokered ? parseBrokerResult(brokerReport) : undefined
  }
  const job: ObservedJob = {
    ...jobFacts({
      metadata: { name, namespace: "agents", uid: "job" },
      spec: { template: { spec: { containers: [] } } }
    }),
    brokered,
    stopping: cancelled ? "Cancelled" : undefined,
    end: {
      succeeded: exitCode === 0,
      reason: exitCode === 0 ? "CompletionsReached" : "BackoffLimitExceeded",
      message: "",
      at: undefined,
      hadPod: true
    },
    pod
  }
  const verdict = judgeAgent(job, ended, credentials)
  if (verdict === undefined) throw new Error("the controller has no verdict on a pod that has ended")
  return verdict
}
