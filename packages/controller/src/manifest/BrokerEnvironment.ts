/** What the broker is told of its run; packages/agent's BrokerConfig reads it. It holds no secret: those are files. */
import { evidenceFolder, evidenceMount, type EvidenceOf } from "@orchestrator/domain/Evidence"
import { inert } from "@orchestrator/domain/Inert"
import { oncePer } from "@orchestrator/domain/OncePer"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { encodeBrokerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { printable } from "@orchestrator/domain/Printable"
import { Branch, Commit } from "@orchestrator/domain/Reported"
import { Option, Schema } from "effect"
import { remainingBudget } from "../attempt/Budget.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import { literals, type Variable } from "../kinds/Literal.ts"
import { runKinds } from "../kinds/RunKinds.ts"
import { fill } from "./Fill.ts"
import { brokerProviders } from "./ModelProviders.ts"
import type { PodInputs } from "./PodInputs.ts"

/** Folders of the broker's container. */
export const brokerFolders = {
  credentials: "/etc/orchestrator/credentials",
  ssh: "/etc/orchestrator/ssh",
  state: "/var/lib/orchestrator/broker",
  endpoint: "/run/orchestrator/broker"
}

/** Where it leaves its address and the run's token for the agent's container. */
export const brokerEndpointFile = `${brokerFolders.endpoint}/endpoint.json`

/** `task`: what both containers are told of the work. */
export const brokerEnvironment = (inputs: PodInputs, task: ReadonlyArray<Variable>): ReadonlyArray<Variable> => {
  const { config, run, spec } = inputs
  const { contextVersion, retry } = run.attempt
  const { costUsd, turns } = remainingBudget(run, spec, config)
  return [
    ...literals(encodeBrokerEnvironment({
      runName: run.name,
      runUid: run.originalUid,
      contextVersion,
      retry: retry === 0 ? undefined : retry,
      taskType: runKinds[run.kind].taskType,
      signCommitsOf: config.git.signing.secretName === "" ? undefined : spec.githubUser,
      model: spec.model,
      modelProviders: brokerProviders(inputs),
      maxCostUsd: costUsd,
      maxTurns: turns,
      evidenceKey: evidenceKey(inputs)
    })),
    ...literals(encodeBrokerEnvironment(knownValues(run))),
    ...literals(encodeBrokerEnvironment(pullRequestValues(inputs))),
    ...task,
    ...ofEveryBroker(config)
  ]
}

/** What is the same for every run. */
const ofEveryBroker = oncePer((config: OrchestratorConfig): ReadonlyArray<Variable> => {
  const { agent, evidence: { bucket, volume }, model } = config
  return literals(encodeBrokerEnvironment({
    ...remoteValues(config),
    ...gitValues(config),
    ...forgeValues(config),
    ...appValues(config),
    modelAllowed: model.allowed,
    modelBaseUrl: model.baseUrl,
    modelOutputTokens: model.outputTokens,
    modelPrices: model.prices,
    answersPerTurn: agent.broker.answersPerTurn,
    streamIdleSeconds: agent.streamIdleSeconds,
    credentialsDir: brokerFolders.credentials,
    sshDir: brokerFolders.ssh,
    brokerStateDir: brokerFolders.state,
    brokerEndpointFile,
    evidenceBucket: bucket,
    evidenceFolder: bucket === undefined && volume !== undefined ? evidenceMount : undefined,
    brokerGraceSeconds: graceSeconds(agent.terminationGracePeriodSeconds)
  }))
})

/** Of the run's current attempt. */
export const evidenceOf = ({ attempt, namespace, originalUid }: LiveRun): EvidenceOf => ({
  namespace,
  uid: originalUid,
  attempt
})

const evidenceKey = ({ config: { evidence: { bucket, volume } }, run }: PodInputs): string | undefined =>
  bucket === undefined && volume === undefined ? undefined : evidenceFolder(evidenceOf(run), bucket?.prefix)

/** The pod's grace is shared: the agent's container has it first. What is in flight then has most of the rest, reading back the last part. */
const graceSeconds = (pod: number): number => Math.max(1, Math.floor(pod * 5 / 6))

/** How remotes are reached; the runner is told too where the broker is in its process. */
export const remoteValues = ({ git }: OrchestratorConfig) => ({
  gitAllowProtocol: git.allowedProtocols.join(":"),
  gitAllowedHosts: git.allowedHosts.join(","),
  gitInsteadOf: git.insteadOf
})

/** Of git, what is for the broker alone. */
export const gitValues = ({ agent: { broker }, git }: OrchestratorConfig) => ({
  gitKnownHosts: unlessBlank(git.knownHosts),
  caCertificates: unlessBlank(broker.caCertificates),
  maxPushMebibytes: broker.maxPushMebibytes,
  maxUnpackedMebibytes: broker.maxUnpackedMebibytes
})

const unlessBlank = (text: string) => text.trim() === "" ? undefined : text

const decodeDelivered = Schema.decodeUnknownOption(Schema.Struct({ branch: Branch, headCommit: Commit }))

/** What an earlier attempt delivered, so that this one goes on with its branch. */
export const knownValues = ({ status }: LiveRun) =>
  Object.hasOwn(status, "headCommit")
    ? Option.match(decodeDelivered(status), {
      onNone: () => ({}),
      onSome: ({ branch, headCommit }) => ({ knownBranch: branch, knownHead: headCommit })
    })
    : {}

/** Where pull requests are opened, and how; the runner is told too where the broker is in its process. */
export const forgeValues = ({ forge }: OrchestratorConfig) => {
  const { codeTitle: _, docsTitle: __, ...pullRequest } = forge.pullRequest
  return {
    forgeHosts: Object.keys(forge.hosts).length === 0 ? undefined : forge.hosts,
    forgeAskHosts: forge.askHosts ? undefined : false,
    forgeGithubHosts: forge.githubHosts,
    forgeGiteaHosts: forge.giteaHosts,
    pullRequest
  }
}

/** What the run's own pull request says. */
export const pullRequestValues = ({ config: { forge }, run, spec }: PodInputs) => {
  const names = {
    run: run.name,
    // A requester's word: it closes no issue and calls nobody in a title.
    service: spec.workspace === undefined ? undefined : inert(printable(spec.workspace.service)),
    taskId: spec.taskId === undefined ? undefined : String(spec.taskId)
  }
  return {
    pullRequestTitle: spec.title === undefined
      ? fill(runKinds[run.kind].pullRequestTitle(forge.pullRequest), names)
      : inert(printable(spec.title, { max: longestTitle })),
    taskUrl: forge.taskUrl === undefined || spec.taskId === undefined ? undefined : fill(forge.taskUrl, inUrl(names))
  }
}

const appValues = ({ github: { app: { host, id } } }: OrchestratorConfig) => id === "" ? {} : { forgeApp: { id, host } }

/** Characters of a title that a requester gave. */
const longestTitle = 72

/** As parts of a URL that a Markdown link may hold. */
const inUrl = (names: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(names).map(([name, value]) => [name, value === undefined ? undefined : encoded(value)])
  )

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
