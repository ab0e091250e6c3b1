/** The containers of an attempt's pod: what its Job says, with this machine's folders and addresses. */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import { dirname, join } from "node:path"
import { type PodOfJob, podOfJob } from "../../../../tools/agent/JobOf.ts"
import { type ContainerSpec, type Mount, seenAt } from "./Container.ts"
import { modelName, secrets, type World } from "./World.ts"

type Environment = Readonly<Record<string, string>>
type Settings = Readonly<Record<string, unknown>>

export interface PodOptions {
  readonly kind?: "CodeRun" | "DocsRun"
  /** Another agent than Claude Code. */
  readonly agent?: TestedAgent
  readonly credentials?: "broker" | "env"
  /** What the run's status says that an earlier attempt delivered. */
  readonly known?: Pick<Delivery, "branch" | "headCommit"> | undefined
  /** Another run than the world's own. */
  readonly run?: { readonly name: string; readonly uid: string }
  /** Of the run, beside the demo's. */
  readonly spec?: Settings
  /** Of the controller's configuration, by its first keys, beside what points at this world. */
  readonly config?: Settings
  /** What an administrator changed in the run's files. */
  readonly files?: (files: Environment) => Environment
  /** Whether a person cancelled the run, as far as the controller knows. */
  readonly cancelled?: boolean
  readonly agentEnvironment?: Environment
  readonly brokerEnvironment?: Environment
}

const parts = process.env["AGENT_TEST_PARTS"] ?? ""
const claude = process.env["AGENT_TEST_CLAUDE"] ?? ""
const others: Readonly<Record<string, { readonly folder: string; readonly bin: string }>> = JSON.parse(
  process.env["AGENT_TEST_CLIS"] ?? "{}"
)

/** An agent of the matrix: its name in a run's spec, and a model of its API. */
export interface TestedAgent {
  readonly name: string
  readonly model: string
  /**
   * Files of its image that count only where root owns them. What root owns here is in a container the user's own, so that the agent is
   * root there, without any of its rights.
   */
  readonly ofRoot?: Environment
}

/** The folder that is mounted, and the one in it that is on the PATH. */
const cliOf = (name: string) =>
  name === "claude" ? { folder: dirname(claude), bin: "." } : others[name] ?? { folder: "/nonexistent", bin: "." }

/** Where a person would have it. */
export const executableFolder = (name: string): string => join(cliOf(name).folder, cliOf(name).bin)

const nameOf = (agent: TestedAgent | undefined): string => agent?.name ?? "claude"

const repositories = {
  target: "https://github.com/acme/target.git",
  docs: "https://github.com/acme/docs.git"
}

const codeSpec: Settings = {
  taskId: 1,
  service: "hello-api",
  repositoryUrl: repositories.target,
  docsRepositoryUrl: repositories.docs,
  workingDirectory: ".",
  model: modelName,
  githubUser: "robo-dev"
}

const docsSpec: Settings = {
  repositoryUrl: repositories.docs,
  workingDirectory: "_projects/hello-api",
  sourceBranch: "main",
  model: modelName,
  githubUser: "robo-dev"
}

/** Bounds that a test need not wait for. */
const quick: Environment = {
  ORCHESTRATOR_STOP_SECONDS: "2",
  ORCHESTRATOR_EXIT_SECONDS: "2",
  ORCHESTRATOR_BACKOFF_SECONDS: "0.5"
}

const cliFolder = "/opt/agent"
const path = `${cliFolder}:/opt/node:/usr/local/bin:/usr/bin:/bin`

const agentMounts = (
  world: World,
  folder: string,
  brokered: boolean,
  agent: TestedAgent | undefined
): ReadonlyArray<Mount> => [
  { host: join(folder, "config"), at: "/config" },
  { host: join(folder, "config", "settings.json"), at: "/etc/claude-code/managed-settings.json" },
  { host: world.workspace, at: "/workspace", writable: true },
  { host: join(parts, "prepared"), at: "/opt/orchestrator" },
  { host: cliOf(nameOf(agent)).folder, at: cliFolder },
  ...(agent === undefined ? [] : [{ host: process.execPath, at: "/opt/node/node" }]),
  ...Object.keys(agent?.ofRoot ?? {}).map((at) => ({ host: join(folder, "image", at), at })),
  { host: join(folder, "runnerReport"), at: "/dev/termination-log", writable: true },
  ...(brokered ? [{ host: join(folder, "endpoint"), at: "/run/orchestrator/broker" }] : [
    { host: join(world.folder, "remotes"), at: "/remotes", writable: true },
    { host: join(world.folder, "ssh"), at: "/etc/orchestrator/ssh" },
    { host: join(folder, "state"), at: "/var/lib/orchestrator/broker", writable: true }
  ])
]

const brokerMounts = (world: World, folder: string): ReadonlyArray<Mount> => [
  { host: join(world.folder, "credentials"), at: "/etc/orchestrator/credentials" },
  { host: join(world.folder, "ssh"), at: "/etc/orchestrator/ssh" },
  { host: join(folder, "state"), at: "/var/lib/orchestrator/broker", writable: true },
  { host: join(folder, "endpoint"), at: "/run/orchestrator/broker", writable: true },
  { host: join(folder, "brokerReport"), at: "/dev/termination-log", writable: true },
  { host: join(world.folder, "remotes"), at: "/remotes", writable: true },
  { host: parts, at: "/app" },
  { host: process.execPath, at: "/opt/node/node" }
]

const configOf = (
  world: World,
  { agent, config = {}, credentials = "broker" }: PodOptions,
  remotes: string
): Settings => ({
  model: {
    baseUrl: world.model.url,
    ...(agent === undefined ? {} : {
      providers: { google: { baseUrl: world.model.url }, openai: { baseUrl: world.model.url } }
    })
  },
  forge: { githubHosts: { "github.com": world.gitHub.url } },
  git: { allowedProtocols: ["https", "file"], insteadOf: { "https://github.com/acme/": `file://${remotes}/` } },
  ...config,
  agent: { credentials, ...(typeof config["agent"] === "object" ? config["agent"] : {}) }
})

/** The files and variables of the attempt's pod, as its Job and ConfigMap have them. */
export const jobOf = (world: World, options: PodOptions): PodOfJob => {
  const { agent, kind = "CodeRun", known, run = { name: "demo", uid: world.uid } } = options
  const remotes = seenAt(brokerMounts(world, ""))("/remotes")
  return podOfJob(
    {
      ...run,
      kind,
      spec: {
        ...(kind === "DocsRun" ? docsSpec : codeSpec),
        ...(agent === undefined ? {} : { agent: agent.name, model: agent.model }),
        ...options.spec
      },
      status: known === undefined ? {} : { branch: known.branch, headCommit: known.headCommit }
    },
    configOf(world, options, remotes),
    {
      ANTHROPIC_API_KEY: secrets.apiKey,
      GEMINI_API_KEY: secrets.apiKey,
      OPENAI_API_KEY: secrets.apiKey,
      token: secrets.token
    }
  )
}

/** The variables whose values are paths of the container. */
const placed = (environment: Environment, at: (path: string) => string): Environment =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, /^\/[\w/.-]*$/.test(value) ? at(value) : value])
  )

/** The main container. */
export const agentSpec = (world: World, job: PodOfJob, folder: string, options: PodOptions): ContainerSpec => {
  const brokered = options.credentials !== "env"
  const mounts = agentMounts(world, folder, brokered, options.agent)
  const at = seenAt(mounts)
  return {
    user: { id: options.agent?.ofRoot === undefined ? 1000 : 0, name: "agent" },
    mounts,
    workingDirectory: "/workspace",
    command: ["/bin/bash", at("/config/container.sh")],
    environment: {
      PATH: path.replace(cliFolder, join(at(cliFolder), cliOf(nameOf(options.agent)).bin)),
      ...placed(
        {
          ...job.environment["claude"],
          WORKSPACE_DIR: "/workspace",
          CONFIG_DIR: "/config",
          ORCHESTRATOR_DIR: "/opt/orchestrator",
          MANAGED_SETTINGS_PATH: "/etc/claude-code/managed-settings.json",
          TERMINATION_MESSAGE_PATH: "/dev/termination-log",
          SSH_DIR: "/etc/orchestrator/ssh"
        },
        at
      ),
      ...quick,
      ...(brokered ? {} : { ANTHROPIC_BASE_URL: world.model.url }),
      ...options.agentEnvironment
    }
  }
}

/** The sidecar. */
export const brokerSpec = (world: World, job: PodOfJob, folder: string, options: PodOptions): ContainerSpec => {
  const mounts = brokerMounts(world, folder)
  const at = seenAt(mounts)
  return {
    user: { id: 1001, name: "broker" },
    mounts,
    workingDirectory: "/var/lib/orchestrator/broker",
    command: [at("/opt/node/node"), at("/app/broker.mjs")],
    environment: {
      PATH: path,
      ...placed({ ...job.environment["broker"], TERMINATION_MESSAGE_PATH: "/dev/termination-log" }, at),
      BROKER_GRACE_SECONDS: "30",
      ...options.brokerEnvironment
    }
  }
}
