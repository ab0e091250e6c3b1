/** What the containers of a pod left when they ended, each held to its schema: what cannot be true is left out, and named. */
import { type AgentResult, decodeAgentResult } from "@orchestrator/domain/AgentResult"
import { type BrokerResult, decodeBrokerResult, emptyBrokerResult } from "@orchestrator/domain/BrokerResult"
import type { Decoded, FieldProblem } from "@orchestrator/domain/Decode"
import { agentContainer, brokerContainer } from "@orchestrator/domain/PodParts"
import type { ContainerStatus } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { named } from "./Bounds.ts"

/** As they are; undefined where there is no such container, or the agent's has not ended. */
export interface Words {
  readonly agent:
    | { readonly exitCode: number; readonly reason: string; readonly message: string | undefined }
    | undefined
  readonly broker: { readonly message: string | undefined } | undefined
}

export interface Reports {
  /** The agent's container, once the pod is over. */
  readonly ended: AgentEnd | undefined
  /** What the broker has reported so far; undefined while it is at work, and where there is none. */
  readonly brokerReport: Result.Result<BrokerResult, ReadonlyArray<FieldProblem>> | undefined
  /** What was left out of the messages of its containers, since it cannot be true. */
  readonly dropped: ReadonlyArray<FieldProblem>
}

export interface AgentEnd {
  readonly exitCode: number
  readonly reason: string
  readonly result: Result.Result<AgentResult, ReadonlyArray<FieldProblem>>
}

export const noReports: Reports = { ended: undefined, brokerReport: undefined, dropped: [] }

/** A kubelet leaves at most this many bytes: what is longer was left by somebody else. */
const longestReport = 4096

export const wordsOf = (containers: ReadonlyArray<ContainerStatus>): Words => {
  const terminated = containers.find(({ name }) => name === agentContainer)?.state?.terminated
  const broker = containers.find(({ name }) => name === brokerContainer)
  return {
    agent: terminated && {
      exitCode: terminated.exitCode,
      reason: named(terminated.reason ?? ""),
      message: believable(terminated.message)
    },
    broker: broker && { message: lastWordsOf(broker) }
  }
}

const believable = (message: string | undefined): string | undefined =>
  message === undefined || message.length > longestReport ? undefined : message

/** A container's last words; where it was killed without any, those of the one that it was started in place of. */
export const lastWordsOf = ({ lastState, state }: ContainerStatus): string | undefined =>
  [state, lastState].map((each) => believable(each?.terminated?.message)).find((words) =>
    words !== undefined && words.trim() !== ""
  )

export const reportsOf = ({ agent, broker }: Words): Reports => {
  const fromAgent = agent && decodeAgentResult(agent.message)
  const fromBroker = broker && decodeBrokerResult(broker.message)
  return {
    ended: agent && fromAgent && { exitCode: agent.exitCode, reason: agent.reason, result: valueOf(fromAgent) },
    brokerReport: fromBroker && valueOf(fromBroker),
    dropped: [...droppedOf("runner", fromAgent), ...droppedOf("broker", fromBroker)]
  }
}

type Parsed<A> = Result.Result<Decoded<A>, ReadonlyArray<FieldProblem>>

const valueOf = <A>(parsed: Parsed<A>) => Result.map(parsed, ({ value }) => value)

const droppedOf = (by: string, parsed: Parsed<unknown> | undefined): ReadonlyArray<FieldProblem> =>
  parsed === undefined || Result.isFailure(parsed)
    ? []
    : parsed.success.dropped.map((problem) => ({ ...problem, path: `${by}.${problem.path}` }))

/** Why a broker cannot work, in its own words. */
export const problemOfBroker = (words: string | undefined): Pick<BrokerResult, "problem" | "missing"> =>
  Result.match(decodeBrokerResult(words), {
    onFailure: () => emptyBrokerResult,
    onSuccess: ({ value }) => value
  })

/** A session is believed only where it is one that the Job handed out: its id goes into the next attempt's pod. */
export const heldToSessions = <A extends Reports>(reports: A, sessions: ReadonlyArray<string>): A => {
  const { dropped, ended } = reports
  if (ended === undefined || Result.isFailure(ended.result)) return reports
  const { sessionId, ...rest } = ended.result.success
  if (sessionId === undefined || sessions.includes(sessionId)) return reports
  const problem: FieldProblem = { path: "runner.sessionId", expected: "a session of this attempt", found: "another" }
  const byRunner = dropped.filter(({ path }) => path.startsWith("runner."))
  return {
    ...reports,
    ended: { ...ended, result: Result.succeed(rest) },
    dropped: [...byRunner, problem, ...dropped.slice(byRunner.length)]
  }
}
