/** What a run asks of its broker: the environment that its Job sets, in the terms of its work. */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { expectedHost, hostPolicyOf, mayBeNamed } from "@orchestrator/domain/GitHosts"
import { type BrokerEnvironment, brokerNames, decodeBrokerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { Context, Result } from "effect"
import type { Delivery } from "../../kinds/RunWork.ts"
import { deliveryOf } from "../../kinds/RunWorks.ts"
import type { Environment } from "../../pod/Environment.ts"

const settingsOf = (values: BrokerEnvironment, work: Delivery, environment: Environment) => ({
  run: {
    name: values.runName,
    uid: values.runUid,
    attempt: { contextVersion: values.contextVersion, retry: values.retry },
    task: work.task
  },
  git: {
    targetUrl: values.repositoryUrl,
    docsUrl: work.docsUrl,
    repositories: work.repositories,
    branches: work.branches,
    /** Whether other runs of the task exist, so that its plain branch is nobody's. */
    contested: values.ownBranch,
    base: work.base,
    /** What an earlier attempt of this run delivered. */
    known: values.knownBranch === undefined || values.knownHead === undefined
      ? undefined
      : { branch: values.knownBranch, head: values.knownHead },
    allowedProtocols: values.gitAllowProtocol,
    insteadOf: values.gitInsteadOf,
    /** Lines of a `known_hosts` file, beside the pinned ones. */
    knownHosts: values.gitKnownHosts,
    hosts: hostPolicyOf(values),
    /** Whether the agent has the credentials as well, so that it may have pushed what nobody pushed here. */
    agentPushes: false,
    /** GitHub user whose commits are signed with the mounted key; absent: nothing is. */
    signCommitsOf: values.signCommitsOf,
    maxPushBytes: Math.round(values.maxPushMebibytes * 1_048_576),
    maxUnpackedBytes: Math.round(values.maxUnpackedMebibytes * 1_048_576)
  },
  model: {
    baseUrl: values.modelBaseUrl.replace(/\/+$/, ""),
    /** What the run may ask. */
    policy: { model: values.model, allowed: values.modelAllowed, outputTokens: values.modelOutputTokens },
    /** In the order in which they are asked; empty: whoever made the API that is spoken. */
    providers: values.modelProviders,
    prices: values.modelPrices,
    maxCostUsd: values.maxCostUsd,
    maxAnswers: values.maxTurns === undefined || values.maxTurns === 0
      ? undefined
      : Math.ceil(values.maxTurns * values.answersPerTurn),
    answersPerTurn: values.answersPerTurn,
    idleSeconds: values.streamIdleSeconds,
    answerSeconds: values.answerSeconds
  },
  forge: {
    hosts: values.forgeHosts,
    /** Whether a host that is no forge's by name is asked which one it is. */
    askHosts: values.forgeAskHosts,
    githubHosts: values.forgeGithubHosts,
    giteaHosts: values.forgeGiteaHosts,
    /** By whose installation tokens are had; absent: the user's own is used. */
    app: values.forgeApp,
    pullRequest: values.pullRequest,
    title: values.pullRequestTitle ?? work.title,
    taskUrl: work.issueUrl ?? values.taskUrl,
    issueUrl: work.issueUrl
  },
  files: {
    credentials: values.credentialsDir,
    ssh: values.sshDir,
    state: values.brokerStateDir,
    endpoint: values.brokerEndpointFile,
    terminationMessage: values.terminationMessagePath
  },
  /** Where the attempt's evidence is kept; nowhere, where neither is there. */
  evidence: {
    bucket: values.evidenceBucket,
    /** This attempt's alone. */
    folder: values.evidenceFolder,
    /** Of the attempt, in the bucket or on the volume. */
    key: values.evidenceKey ?? ""
  },
  /** Certificates (PEM) of authorities that are trusted beside the public ones: for git, the forge and the model API. */
  caCertificates: values.caCertificates.trim() === "" ? undefined : values.caCertificates,
  port: values.brokerPort,
  graceSeconds: values.brokerGraceSeconds,
  environment
})

export type BrokerSettings = ReturnType<typeof settingsOf>

/** Hosts beside the list, and a branch that the run must not write: refused before anything is asked. */
const forbidden = (
  values: BrokerEnvironment,
  { base, branches, docsUrl, issueUrl, repositories }: Delivery
): ReadonlyArray<FieldProblem> => {
  const policy = hostPolicyOf(values)
  const host = (path: string, url: string | undefined) =>
    url === undefined || mayBeNamed(url, policy) ? [] : [{ path, expected: expectedHost(policy), found: url }]
  const clash = base === branches.plain || base === branches.own
  return [
    ...host(brokerNames.repositoryUrl, values.repositoryUrl),
    ...host(brokerNames.docsRepositoryUrl, docsUrl),
    ...host(brokerNames.taskIssueUrl, issueUrl),
    ...repositories.flatMap(({ url }, index) => host(`${brokerNames.repositories}[${index}].url`, url)),
    ...(clash
      ? [{ path: brokerNames.pullRequest, expected: "another base than the run's branch", found: base ?? "" }]
      : [])
  ]
}

/** Reads the environment of a broker. */
export const decodeBrokerSettings = (
  environment: Environment
): Result.Result<BrokerSettings, ReadonlyArray<FieldProblem>> =>
  Result.flatMap(decodeBrokerEnvironment(environment), (values) => {
    const work = deliveryOf(values)
    const problems = forbidden(values, work)
    return problems.length > 0 ? Result.fail(problems) : Result.succeed(settingsOf(values, work, environment))
  })

export class BrokerConfig extends Context.Service<BrokerConfig, BrokerSettings>()(
  "@orchestrator/agent/broker/services/BrokerConfig"
) {}
