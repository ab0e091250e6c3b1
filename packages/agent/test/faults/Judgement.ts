/** What must hold after every attempt and at the end of a case. Judged from remote, forge and workspace, never from what a program believes. */
import { type AgentResult, type Delivery, parseAgentResult } from "@orchestrator/domain/AgentResult"
import { type BrokerResult, parseBrokerResult } from "@orchestrator/domain/BrokerResult"
import { Result } from "effect"
import { judge } from "../../../../tools/agent/Judgement.ts"
import type { Seen } from "./Look.ts"
import type { AttemptEnd } from "./Pod.ts"
import type { Scenario } from "./Scenario.ts"
import type { World } from "./World.ts"

export const invariants = {
  P1: "a run has at most one pull request",
  P2: "what was delivered has every commit of the agent, or the run says why not",
  P3: "no commit of the agent is lost while the workspace exists",
  P4: "branches of others, and what others put on the run's, stay",
  P5: "what a report says of commit, branch and pull request was so",
  P6: "a report is whole or absent",
  P7: "no credential in workspace, report or log",
  P8: "an attempt with which nothing goes wrong ends as agreed",
  P9: "every attempt ends within its bound"
} as const
export type Invariant = keyof typeof invariants

export interface Violation {
  readonly invariant: Invariant
  readonly what: string
}

export interface Reports {
  readonly runner: AgentResult | undefined
  readonly broker: BrokerResult | undefined
  /** `Delivered` is the only success; of a pod that is gone with its node nothing is known. */
  readonly reason: string
  readonly message: string
}

export const reportsOf = (end: AttemptEnd, { credentials }: Scenario): Reports => {
  const runner = Result.getOrUndefined(parseAgentResult(end.runnerReport))
  const broker = Result.getOrUndefined(parseBrokerResult(end.brokerReport))
  if (end.exitCode === undefined) return { runner, broker, reason: "InfraLost", message: "" }
  const { message, reason } = judge({
    exitCode: end.exitCode,
    runnerReport: end.runnerReport,
    brokerReport: end.brokerReport,
    brokered: credentials === "sidecar",
    cancelled: false
  })
  return { runner, broker, reason, message }
}

export interface Judged {
  readonly world: World
  readonly scenario: Scenario
  readonly before: Seen
  readonly seen: Seen
  readonly end: AttemptEnd
  readonly reports: Reports
  readonly secrets: ReadonlyArray<string>
}

const runBranch = /^(?:feature\/task-1-implementation|docs[/-])/

const isOpen = (url: string, { pulls }: World): boolean => pulls.some(({ number }) => url.endsWith(`/pull/${number}`))

/** What a report says of the work, against what there is. `last`: nobody was killed, so that it is of the end. */
const wrongs = (delivery: Delivery, { seen, world }: Judged, last: boolean): ReadonlyArray<string> => {
  const { branch, changed, headCommit, pullRequestUrl, pushRefused } = delivery
  const now = seen.heads.get(branch)
  const found: Array<string> = []
  if (headCommit !== undefined && !seen.wasAt(branch).has(headCommit)) {
    found.push(`${branch} was never at ${headCommit}`)
  }
  if (pullRequestUrl !== undefined && !isOpen(pullRequestUrl, world)) found.push(`there is no ${pullRequestUrl}`)
  if (!last) return found
  if (headCommit !== now && headCommit !== undefined) found.push(`${branch} is at ${now}, reported as ${headCommit}`)
  if (headCommit !== undefined && changed !== seen.changed.has(branch)) found.push(`${branch}: changed is ${changed}`)
  const all = world.commits()
  const has = seen.commitsOf.get(branch) ?? new Set()
  if (pushRefused !== undefined && all.length > 0 && now !== undefined && all.every((commit) => has.has(commit))) {
    found.push(`said to be refused (${pushRefused}), and everything is there`)
  }
  return found
}

export const judgeAttempt = (judged: Judged): ReadonlyArray<Violation> => {
  const { before, end, reports, scenario, secrets, seen, world } = judged
  const violations: Array<Violation> = []
  const violated = (invariant: Invariant, what: string) => void violations.push({ invariant, what })

  const byBranch = Map.groupBy(world.pulls, ({ head }) => head.ref)
  if (world.pulls.length > 1) {
    violated(
      "P1",
      world.pulls.map(({ head, number }) => `#${number} of ${head.ref}`).join(", ")
    )
  }

  const all = world.commits()
  const onRemote = new Set([...seen.commitsOf.values()].flatMap((commits) => [...commits]))
  const lost = all.filter((commit) => !onRemote.has(commit) && !seen.inWorkspace.has(commit))
  if (lost.length > 0) violated("P3", `nothing leads to ${lost.join(", ")}`)

  for (const [branch, head] of before.heads) {
    const now = seen.heads.get(branch)
    const has = seen.commitsOf.get(branch)
    const goesOn = runBranch.test(branch) && has?.has(head) === true && scenario.before !== "a branch of somebody else"
    if (now !== head && !goesOn) violated("P4", `${branch} was at ${head}, is at ${now}`)
  }
  const made = [...seen.heads.keys()].filter((branch) => !before.heads.has(branch))
  const remarks = reports.runner?.remarks ?? ""
  const deliveredTo = (reports.broker ?? reports.runner)?.delivery?.branch
  const unsaid = made.filter((branch) => branch !== deliveredTo && !remarks.includes(`${branch} `))
  if (made.some((branch) => !runBranch.test(branch)) || made.length > 2) violated("P4", `made ${made.join(", ")}`)
  if (reports.reason === "Delivered" && made.length > 1 && unsaid.length > 0) {
    violated("P4", `without a word there is ${unsaid.join(", ")} as well`)
  }

  const deliveries = [
    { who: "the runner", delivery: reports.runner?.delivery, last: false },
    { who: "the broker", delivery: reports.broker?.delivery, last: end.brokerEnded }
  ]
  for (const { delivery, last, who } of deliveries) {
    if (delivery === undefined) continue
    for (const what of wrongs(delivery, judged, last)) violated("P5", `${who}: ${what}`)
  }
  if (reports.reason === "Delivered") {
    const { branch = "", headCommit, pullRequestUrl } = reports.broker?.delivery ?? reports.runner?.delivery ?? {}
    const has = seen.commitsOf.get(branch) ?? new Set()
    const missing = all.filter((commit) => !has.has(commit))
    if (headCommit === undefined || seen.heads.get(branch) !== headCommit) {
      violated("P5", `delivered, but ${branch} is at ${seen.heads.get(branch)} and not at ${headCommit}`)
    }
    if (pullRequestUrl === undefined || byBranch.get(branch)?.length !== 1) {
      violated("P5", "delivered without a pull request")
    }
    if (missing.length > 0 && reports.runner?.remarks === undefined) {
      violated("P2", `without a word ${branch} has not ${missing.join(", ")}`)
    }
  }

  const whole = (name: string, text: string | undefined, parsed: unknown) => {
    if (text !== undefined && text.trim() !== "" && parsed === undefined) {
      violated("P6", `${name}: ${text.slice(0, 200)}`)
    }
  }
  whole("the runner's", end.runnerReport, reports.runner)
  whole("the broker's", end.brokerReport, reports.broker)

  const told = [end.runnerReport, end.brokerReport, ...end.log].join("\n")
  if (secrets.some((secret) => told.includes(secret))) violated("P7", "a report or a log")
  if (seen.leaks.length > 0) violated("P7", seen.leaks.join(", "))
  return violations
}
