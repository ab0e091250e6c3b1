/** What the broker is told of its run; packages/agent's BrokerConfig reads it. It holds no secret: those are files. */
import { evidenceFolder, evidenceMount, type EvidenceOf } from "@orchestrator/domain/Evidence"
import { inert } from "@orchestrator/domain/Inert"
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

export const brokerEnvironment = (inputs: PodInputs): ReadonlyArray<Variable> => {
  const { config: { agent }, run, spec } = inputs
  const { contextVersion, retry } = run.attempt
  return [
    ...literals(encodeBrokerEnvironment({
      runName: run.name,
      runUid: run.originalUid,
      contextVersion,
      retry: retry === 0 ? undefined : retry,
      taskType: runKinds[run.kind].taskType
    })),
    ...spec.task(),
    ...literals(encodeBrokerEnvironment({
      ...remoteValues(inputs),
      ...gitValues(inputs),
      signCommitsOf: inputs.config.git.signing.secretName === "" ? undefined : spec.githubUser,
      ...modelValues(inputs),
      ...forgeValues(inputs),
      ...appValues(inputs),
      credentialsDir: brokerFolders.credentials,
      sshDir: brokerFolders.ssh,
      brokerStateDir: brokerFolders.state,
      brokerEndpointFile,
      ...evidenceValues(inputs),
      brokerGraceSeconds: graceSeconds(agent.terminationGracePeriodSeconds)
    }))
  ]
}

/** Of the run's current attempt. */
export const evidenceOf = ({ attempt, namespace, originalUid }: LiveRun): EvidenceOf => ({
  namespace,
  uid: originalUid,
  attempt
})

const evidenceValues = ({ config: { evidence: { bucket, volume } }, run }: PodInputs) =>
  bucket === undefined && volume === undefined ? {} : {
    evidenceBucket: bucket,
    evidenceFolder: bucket === undefined ? evidenceMount : undefined,
    evidenceKey: evidenceFolder(evidenceOf(run), bucket?.prefix)
  }

/** The pod's grace is shared: the agent's container has it first. What is in flight then has most of the rest, reading back the last part. */
const graceSeconds = (pod: number): number => Math.max(1, Math.floor(pod * 5 / 6))

/** How remotes are reached; the runner is told too where the broker is in its process. */
export const remoteValues = ({ config: { git } }: PodInputs) => ({
  gitAllowProtocol: git.allowedProtocols.join(":"),
  gitAllowedHosts: git.allowedHosts.join(","),
  gitInsteadOf: git.insteadOf
})

/** Of git, what is for the broker alone. */
export const gitValues = ({ config: { agent: { broker }, git }, run }: PodInputs) => ({
  gitKnownHosts: unlessBlank(git.knownHosts),
  caCertificates: unlessBlank(broker.caCertificates),
  maxPushMebibytes: broker.maxPushMebibytes,
  maxUnpackedMebibytes: broker.maxUnpackedMebibytes,
  ...knownValues(run)
})

const unlessBlank = (text: string) => text.trim() === "" ? undefined : text

const decodeDelivered = Schema.decodeUnknownOption(Schema.Struct({ branch: Branch, headCommit: Commit }))

/** What an earlier attempt delivered, so that this one goes on with its branch. */
const knownValues = ({ status }: LiveRun) =>
  Object.hasOwn(status, "headCommit")
    ? Option.match(decodeDelivered(status), {
      onNone: () => ({}),
      onSome: ({ branch, headCommit }) => ({ knownBranch: branch, knownHead: headCommit })
    })
    : {}

const modelValues = (inputs: PodInputs) => {
  const { config, run, spec } = inputs
  const { agent, model } = config
  const { costUsd, turns } = remainingBudget(run, spec, config)
  return {
    model: spec.model,
    modelAllowed: model.allowed,
    modelBaseUrl: model.baseUrl,
    modelOutputTokens: model.outputTokens,
    modelProviders: brokerProviders(inputs),
    modelPrices: model.prices,
    maxCostUsd: costUsd,
    maxTurns: turns,
    answersPerTurn: agent.broker.answersPerTurn,
    streamIdleSeconds: agent.streamIdleSeconds
  }
}

/** Where pull requests are opened, and how; the runner is told too where the broker is in its process. */
export const forgeValues = ({ config: { forge }, run, spec }: PodInputs) => {
  const names = {
    run: run.name,
    // A requester's word: it closes no issue and calls nobody in a title.
    service: spec.workspace === undefined ? undefined : inert(printable(spec.workspace.service)),
    taskId: spec.taskId === undefined ? undefined : String(spec.taskId)
  }
  return {
    forgeHosts: Object.keys(forge.hosts).length === 0 ? undefined : forge.hosts,
    forgeAskHosts: forge.askHosts ? undefined : false,
    forgeGithubHosts: forge.githubHosts,
    forgeGiteaHosts: forge.giteaHosts,
    pullRequest: pullRequestOf(forge.pullRequest),
    pullRequestTitle: spec.title === undefined
      ? fill(runKinds[run.kind].pullRequestTitle(forge.pullRequest), names)
      : inert(printable(spec.title, { max: longestTitle })),
    taskUrl: forge.taskUrl === undefined || spec.taskId === undefined ? undefined : fill(forge.taskUrl, inUrl(names))
  }
}

type PullRequestConfig = PodInputs["config"]["forge"]["pullRequest"]

const withoutTitles = ({ codeTitle: _, docsTitle: __, ...pullRequest }: PullRequestConfig) => pullRequest

/** Of a configuration one and the same, which is then encoded once. */
const pullRequests = new WeakMap<PullRequestConfig, ReturnType<typeof withoutTitles>>()

const pullRequestOf = (configured: PullRequestConfig) => {
  const known = pullRequests.get(configured)
  if (known !== undefined) return known
  const made = withoutTitles(configured)
  pullRequests.set(configured, made)
  return made
}

const appValues = ({ config: { github: { app: { host, id } } } }: PodInputs) =>
  id === "" ? {} : { forgeApp: { id, host } }

/** Characters of a title that a requester gave. */
const longestTitle = 72

/** As parts of a URL that a Markdown link may hold. */
const inUrl = (names: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(names).map(([name, value]) => [name, value === undefined ? undefined : encoded(value)])
  )

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
