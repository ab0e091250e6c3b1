/** What the broker is told of its run; packages/agent's BrokerConfig reads it. It holds no secret: those are files. */
import { BranchName } from "@orchestrator/domain/SpecText"
import type { EnvVar } from "@orchestrator/k8s/Objects"
import { Option, Schema } from "effect"
import { remainingBudget } from "../Budget.ts"
import type { ObservedRun } from "../Observed.ts"
import { runKinds } from "../RunKind.ts"
import { fill } from "./Fill.ts"
import { literal } from "./Literal.ts"
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

export const brokerEnvironment = (inputs: PodInputs): ReadonlyArray<EnvVar> => {
  const { config, contextVersion, run, wanted } = inputs
  return [
    { name: "RUN_NAME", value: run.name },
    { name: "RUN_UID", value: run.uid },
    { name: "ATTEMPT", value: String(contextVersion) },
    { name: "TASK_TYPE", value: runKinds[run.kind].taskType },
    ...wanted.task,
    ...gitVariables(inputs),
    ...knownVariables(run),
    ...modelVariables(inputs),
    ...forgeVariables(inputs),
    { name: "CREDENTIALS_DIR", value: brokerFolders.credentials },
    { name: "SSH_DIR", value: brokerFolders.ssh },
    { name: "BROKER_STATE_DIR", value: brokerFolders.state },
    { name: "BROKER_ENDPOINT_FILE", value: brokerEndpointFile },
    { name: "BROKER_GRACE_SECONDS", value: String(graceSeconds(config.agent.terminationGracePeriodSeconds)) }
  ]
}

/** The pod's grace is shared: the agent's container has it first. What is in flight then has most of the rest, reading back the last part. */
const graceSeconds = (pod: number): number => Math.max(1, Math.floor(pod * 5 / 6))

const gitVariables = ({ config: { agent, git } }: PodInputs): ReadonlyArray<EnvVar> => [
  { name: "GIT_ALLOW_PROTOCOL", value: git.allowedProtocols.join(":") },
  literal("GIT_ALLOWED_HOSTS", git.allowedHosts.join(",")),
  literal("GIT_INSTEAD_OF", JSON.stringify(git.insteadOf)),
  ...text("GIT_KNOWN_HOSTS", git.knownHosts),
  ...text("CA_CERTIFICATES", agent.broker.caCertificates),
  { name: "MAX_PUSH_MEBIBYTES", value: String(agent.broker.maxPushMebibytes) }
]

const text = (name: string, value: string): ReadonlyArray<EnvVar> => value.trim() === "" ? [] : [literal(name, value)]

const decodeDelivered = Schema.decodeUnknownOption(
  Schema.Struct({ branch: BranchName, headCommit: Schema.String.check(Schema.isPattern(/^[0-9a-f]{40,64}$/)) })
)

/** What an earlier attempt delivered, so that this one goes on with its branch. */
const knownVariables = ({ object: { status } }: ObservedRun): ReadonlyArray<EnvVar> =>
  Option.match(decodeDelivered(status), {
    onNone: () => [],
    onSome: ({ branch, headCommit }) => [literal("KNOWN_BRANCH", branch), { name: "KNOWN_HEAD", value: headCommit }]
  })

const modelVariables = ({ config: { agent, model }, run, wanted }: PodInputs): ReadonlyArray<EnvVar> => {
  const { costUsd, turns } = remainingBudget(run, wanted)
  return [
    literal("MODEL_BASE_URL", model.baseUrl),
    literal("MODEL_PRICES", JSON.stringify(model.prices)),
    ...(costUsd === undefined ? [] : [{ name: "MAX_COST_USD", value: String(costUsd) }]),
    ...(turns === undefined ? [] : [{ name: "MAX_TURNS", value: String(turns) }]),
    { name: "ANSWERS_PER_TURN", value: String(agent.broker.answersPerTurn) },
    { name: "STREAM_IDLE_SECONDS", value: String(agent.streamIdleSeconds) }
  ]
}

/** Where pull requests are opened, and how; the runner's as well where there is no broker. */
export const forgeVariables = ({ config: { forge }, run, wanted }: PodInputs): ReadonlyArray<EnvVar> => {
  const { codeTitle, docsTitle, ...wish } = forge.pullRequest
  const names = {
    run: run.name,
    service: wanted.workspace?.service,
    taskId: wanted.taskId === undefined ? undefined : String(wanted.taskId)
  }
  const title = fill(runKinds[run.kind].taskType === "code" ? codeTitle : docsTitle, names)
  return [
    literal("FORGE_GITHUB_HOSTS", JSON.stringify(forge.githubHosts)),
    literal("PULL_REQUEST", JSON.stringify(wish)),
    literal("PULL_REQUEST_TITLE", title),
    ...(forge.taskUrl === undefined || wanted.taskId === undefined
      ? []
      : [literal("TASK_URL", fill(forge.taskUrl, inUrl(names)))])
  ]
}

/** As parts of a URL that a Markdown link may hold. */
const inUrl = (names: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(names).map(([name, value]) => [name, value === undefined ? undefined : encoded(value)])
  )

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
