/** The containers of an attempt's pod: mounts and environment as the Job gives them, on this machine. */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import { dirname, join } from "node:path"
import { type ContainerSpec, type Mount, seenAt } from "./Container.ts"
import { modelName, secrets, sessionOf, type World } from "./World.ts"

type Environment = Readonly<Record<string, string>>

export interface PodOptions {
  readonly kind?: "code" | "docs"
  readonly credentials?: "broker" | "env"
  readonly attempt?: number
  readonly resume?: boolean
  /** What the run's status says that an earlier attempt delivered. */
  readonly known?: Pick<Delivery, "branch" | "headCommit"> | undefined
  /** Another run than the world's own. */
  readonly run?: { readonly name: string; readonly uid: string; readonly session: string }
  /** Of the run, beside the demo's. */
  readonly spec?: Readonly<Record<string, unknown>>
  /** The controller's configuration. */
  readonly config?: unknown
  /** What an administrator changed in the run's files. */
  readonly files?: (files: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
  /** Whether a person cancelled the run, as far as the controller knows. */
  readonly cancelled?: boolean
  readonly agentEnvironment?: Environment
  readonly brokerEnvironment?: Environment
}

const parts = process.env["AGENT_TEST_PARTS"] ?? ""
const claude = process.env["AGENT_TEST_CLAUDE"] ?? ""

const quick: Environment = {
  ORCHESTRATOR_STOP_SECONDS: "2",
  ORCHESTRATOR_EXIT_SECONDS: "2",
  ORCHESTRATOR_BACKOFF_SECONDS: "0.5"
}

const addresses: Environment = {
  REPOSITORY_URL: "https://github.com/acme/target.git",
  DOCS_REPOSITORY_URL: "https://github.com/acme/docs.git"
}

export interface Facts {
  readonly kind: "code" | "docs"
  readonly name: string
  readonly uid: string
  readonly session: string
  readonly attempt: number
  readonly resume: boolean
  readonly spec: Readonly<Record<string, unknown>>
}

export const factsOf = (world: World, options: PodOptions): Facts => {
  const { attempt = 1, kind = "code", resume = false, run } = options
  const common = { repositoryUrl: addresses["REPOSITORY_URL"], model: modelName, githubUser: "robo-dev" }
  return {
    kind,
    name: run?.name ?? "demo",
    uid: run?.uid ?? world.uid,
    session: run?.session ?? sessionOf(world, attempt),
    attempt,
    resume,
    spec: kind === "docs"
      ? {
        ...common,
        repositoryUrl: addresses["DOCS_REPOSITORY_URL"],
        workingDirectory: "_projects/hello-api",
        sourceBranch: "main",
        ...options.spec
      }
      : {
        ...common,
        taskId: 1,
        service: "hello-api",
        docsRepositoryUrl: addresses["DOCS_REPOSITORY_URL"],
        workingDirectory: ".",
        contextVersion: attempt,
        ...options.spec
      }
  }
}

/** What both containers are told of the run. */
const runEnvironment = ({ attempt, kind, name, spec, uid }: Facts): Environment => ({
  RUN_NAME: name,
  RUN_UID: uid,
  ATTEMPT: String(attempt),
  TASK_TYPE: kind,
  REPOSITORY_URL: String(spec["repositoryUrl"]),
  ...(kind === "docs"
    ? { SOURCE_BRANCH: "main" }
    : { TASK_ID: "1", DOCS_REPOSITORY_URL: String(spec["docsRepositoryUrl"]) })
})

const path = "/opt/claude-code:/opt/node:/usr/local/bin:/usr/bin:/bin"

const agentMounts = (world: World, folder: string, brokered: boolean): ReadonlyArray<Mount> => [
  { host: join(folder, "config"), at: "/config" },
  { host: join(folder, "config", "settings.json"), at: "/etc/claude-code/managed-settings.json" },
  { host: world.workspace, at: "/workspace", writable: true },
  { host: join(parts, "prepared"), at: "/opt/orchestrator" },
  { host: dirname(claude), at: "/opt/claude-code" },
  { host: join(folder, "story"), at: "/dev/termination-log", writable: true },
  ...(brokered ? [{ host: join(folder, "endpoint"), at: "/run/orchestrator/broker" }] : [
    { host: join(world.folder, "remotes"), at: "/remotes", writable: true },
    { host: join(world.folder, "ssh"), at: "/etc/orchestrator/ssh" }
  ])
]

const mirrors = (at: (path: string) => string): Environment => ({
  GIT_ALLOW_PROTOCOL: "file",
  GIT_INSTEAD_OF: JSON.stringify({ "https://github.com/acme/": `file://${at("/remotes")}/` })
})

const forge = ({ gitHub }: World): string => JSON.stringify({ "github.com": gitHub.url })

/** The main container. */
export const agentSpec = (world: World, facts: Facts, folder: string, options: PodOptions): ContainerSpec => {
  const brokered = options.credentials !== "env"
  const mounts = agentMounts(world, folder, brokered)
  const at = seenAt(mounts)
  return {
    user: { id: 1000, name: "agent" },
    mounts,
    workingDirectory: "/workspace",
    command: ["/bin/bash", at("/config/container.sh")],
    environment: {
      PATH: path.replace("/opt/claude-code", at("/opt/claude-code")),
      ...runEnvironment(facts),
      MODEL: modelName,
      GITHUB_USER: "robo-dev",
      WORKING_DIRECTORY: String(facts.spec["workingDirectory"]),
      SESSION_ID: facts.session,
      RESUME_SESSION: String(facts.resume),
      OVERWRITE_MEMORY: "false",
      HOME: at("/workspace/.home"),
      CLAUDE_CONFIG_DIR: at("/workspace/.claude"),
      WORKSPACE_DIR: at("/workspace"),
      CONFIG_DIR: at("/config"),
      ORCHESTRATOR_DIR: at("/opt/orchestrator"),
      MANAGED_SETTINGS_PATH: at("/etc/claude-code/managed-settings.json"),
      TERMINATION_MESSAGE_PATH: at("/dev/termination-log"),
      ...(facts.kind === "code" ? { SERVICE_NAME: "hello-api", DOCS_BRANCH: "main" } : {}),
      ...quick,
      ...(brokered
        ? { BROKER_ENDPOINT_FILE: at("/run/orchestrator/broker/endpoint.json"), GIT_ALLOW_PROTOCOL: "https:ssh" }
        : {
          ...mirrors(at),
          FORGE_GITHUB_HOSTS: forge(world),
          ANTHROPIC_API_KEY: secrets.apiKey,
          ANTHROPIC_BASE_URL: world.model.url,
          GH_TOKEN: secrets.token,
          SSH_DIR: at("/etc/orchestrator/ssh")
        }),
      ...options.agentEnvironment
    }
  }
}

/** The sidecar. */
export const brokerSpec = (world: World, facts: Facts, folder: string, options: PodOptions): ContainerSpec => {
  const mounts: ReadonlyArray<Mount> = [
    { host: join(world.folder, "credentials"), at: "/etc/orchestrator/credentials" },
    { host: join(world.folder, "ssh"), at: "/etc/orchestrator/ssh" },
    { host: join(folder, "state"), at: "/var/lib/orchestrator/broker", writable: true },
    { host: join(folder, "endpoint"), at: "/run/orchestrator/broker", writable: true },
    { host: join(folder, "testimony"), at: "/dev/termination-log", writable: true },
    { host: join(world.folder, "remotes"), at: "/remotes", writable: true },
    { host: parts, at: "/app" },
    { host: process.execPath, at: "/opt/node/node" }
  ]
  const at = seenAt(mounts)
  return {
    user: { id: 1001, name: "broker" },
    mounts,
    workingDirectory: "/var/lib/orchestrator/broker",
    command: [at("/opt/node/node"), at("/app/broker.mjs")],
    environment: {
      PATH: path,
      ...runEnvironment(facts),
      ...mirrors(at),
      MODEL_BASE_URL: world.model.url,
      FORGE_GITHUB_HOSTS: forge(world),
      CREDENTIALS_DIR: at("/etc/orchestrator/credentials"),
      SSH_DIR: at("/etc/orchestrator/ssh"),
      BROKER_STATE_DIR: at("/var/lib/orchestrator/broker"),
      BROKER_ENDPOINT_FILE: at("/run/orchestrator/broker/endpoint.json"),
      TERMINATION_MESSAGE_PATH: at("/dev/termination-log"),
      BROKER_GRACE_SECONDS: "30",
      ...(options.known?.headCommit === undefined
        ? {}
        : { KNOWN_BRANCH: options.known.branch, KNOWN_HEAD: options.known.headCommit }),
      ...options.brokerEnvironment
    }
  }
}
