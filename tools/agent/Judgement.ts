/** What the controller makes of a pod that has ended: its verdict on the termination messages. */
import { judgeAgent, type Verdict } from "@orchestrator/controller/decide/Judge"
import type { AgentEnd, ObservedJob } from "@orchestrator/controller/facts/Observed"
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
  const job: ObservedJob = {
    name: "code-demo-v1-3f9c2a1b",
    namespace: "agents",
    uid: "job",
    attempt: { contextVersion: 1, retry: 0 },
    deleting: false,
    held: true,
    finalizerIndex: 0,
    createdAt: undefined,
    suspended: false,
    resumedAt: undefined,
    stopping: cancelled ? "Cancelled" : undefined,
    timeoutSeconds: undefined,
    specHash: undefined,
    brokered,
    files: undefined,
    end: exitCode === 0
      ? { succeeded: true, reason: "CompletionsReached", message: "" }
      : { succeeded: false, reason: "BackoffLimitExceeded", message: "" },
    pod: {
      name: "code-demo-v1-3f9c2a1b-x7k2p",
      createdAt: undefined,
      deleting: false,
      begun: true,
      begunAt: undefined,
      onNode: true,
      prepared: true,
      unreachable: false,
      leftovers: [],
      over: true,
      gone: false,
      filesPlaced: true,
      filesRefused: false,
      stuck: undefined,
      ended,
      dropped: [],
      testimony: brokered ? parseBrokerResult(brokerReport) : undefined
    }
  }
  const verdict = judgeAgent(job, ended, credentials)
  if (verdict === undefined) throw new Error("the controller has no verdict on a pod that has ended")
  return verdict
}
