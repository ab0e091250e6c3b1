/** What the broker is told of its run; packages/agent's BrokerConfig reads it. It holds no secret: those are files. */
import { inert } from "@orchestrator/domain/Inert"
import { printable } from "@orchestrator/domain/Printable"
import { Branch, Commit } from "@orchestrator/domain/Reported"
import { Option, Schema } from "effect"
import { remainingBudget } from "../decide/Budget.ts"
import type { ObservedRun } from "../facts/Observed.ts"
import { runKinds } from "../kinds/RunKind.ts"
import { fill } from "./Fill.ts"
import { literal, type Variable } from "./Literal.ts"
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
  const { config, contextVersion, run, spec } = inputs
  return [
    literal("RUN_NAME", run.name),
    literal("RUN_UID", run.uid),
    literal("ATTEMPT", String(contextVersion)),
    literal("TASK_TYPE", runKinds[run.kind].taskType),
    ...spec.task,
    ...gitVariables(inputs),
    ...knownVariables(run),
    ...modelVariables(inputs),
    ...forgeVariables(inputs),
    literal("CREDENTIALS_DIR", brokerFolders.credentials),
    literal("SSH_DIR", brokerFolders.ssh),
    literal("BROKER_STATE_DIR", brokerFolders.state),
    literal("BROKER_ENDPOINT_FILE", brokerEndpointFile),
    literal("BROKER_GRACE_SECONDS", String(graceSeconds(config.agent.terminationGracePeriodSeconds)))
  ]
}

/** The pod's grace is shared: the agent's container has it first. What is in flight then has most of the rest, reading back the last part. */
const graceSeconds = (pod: number): number => Math.max(1, Math.floor(pod * 5 / 6))

const gitVariables = ({ config: { agent, git } }: PodInputs): ReadonlyArray<Variable> => [
  literal("GIT_ALLOW_PROTOCOL", git.allowedProtocols.join(":")),
  literal("GIT_ALLOWED_HOSTS", git.allowedHosts.join(",")),
  literal("GIT_INSTEAD_OF", JSON.stringify(git.insteadOf)),
  ...text("GIT_KNOWN_HOSTS", git.knownHosts),
  ...text("CA_CERTIFICATES", agent.broker.caCertificates),
  literal("MAX_PUSH_MEBIBYTES", String(agent.broker.maxPushMebibytes)),
  literal("MAX_UNPACKED_MEBIBYTES", String(agent.broker.maxUnpackedMebibytes))
]

const text = (name: string, value: string): ReadonlyArray<Variable> => value.trim() === "" ? [] : [literal(name, value)]

const decodeDelivered = Schema.decodeUnknownOption(Schema.Struct({ branch: Branch, headCommit: Commit }))

/** What an earlier attempt delivered, so that this one goes on with its branch. */
const knownVariables = ({ object: { status } }: ObservedRun): ReadonlyArray<Variable> =>
  Option.match(decodeDelivered(status), {
    onNone: () => [],
    onSome: ({ branch, headCommit }) => [literal("KNOWN_BRANCH", branch), literal("KNOWN_HEAD", headCommit)]
  })

const modelVariables = ({ config, run, spec }: PodInputs): ReadonlyArray<Variable> => {
  const { agent, model } = config
  const { costUsd, turns } = remainingBudget(run, spec, config)
  return [
    literal("MODEL", spec.model),
    literal("MODEL_ALLOWED", JSON.stringify(model.allowed)),
    literal("MODEL_BASE_URL", model.baseUrl),
    literal("MODEL_PRICES", JSON.stringify(model.prices)),
    literal("MAX_COST_USD", String(costUsd)),
    literal("MAX_TURNS", String(turns)),
    literal("ANSWERS_PER_TURN", String(agent.broker.answersPerTurn)),
    literal("STREAM_IDLE_SECONDS", String(agent.streamIdleSeconds))
  ]
}

/** Where pull requests are opened, and how; the runner's as well where there is no broker. */
export const forgeVariables = ({ config: { forge }, run, spec }: PodInputs): ReadonlyArray<Variable> => {
  const { codeTitle, docsTitle, ...wish } = forge.pullRequest
  const names = {
    run: run.name,
    // A requester's word: it closes no issue and calls nobody in a title.
    service: spec.workspace === undefined ? undefined : inert(printable(spec.workspace.service)),
    taskId: spec.taskId === undefined ? undefined : String(spec.taskId)
  }
  const title = fill(runKinds[run.kind].taskType === "code" ? codeTitle : docsTitle, names)
  return [
    literal("FORGE_GITHUB_HOSTS", JSON.stringify(forge.githubHosts)),
    literal("PULL_REQUEST", JSON.stringify(wish)),
    literal("PULL_REQUEST_TITLE", title),
    ...(forge.taskUrl === undefined || spec.taskId === undefined
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
