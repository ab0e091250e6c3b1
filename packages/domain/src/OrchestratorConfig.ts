/**
 * Every key of `config.yaml`. Names and defaults of the seed's keys are a compatibility contract; defaults live here and nowhere else.
 * Unknown keys, wrong types and impossible values are refused with the path of the key.
 */
import { Predicate, Result, Schema } from "effect"
import { AgentName, byAgent, holdsLimits } from "./AgentName.ts"
import { budgetProblems, Budgets } from "./Budgets.ts"
import { DashboardConfig } from "./DashboardConfig.ts"
import { decoder, type FieldProblem } from "./Decode.ts"
import { filled, or } from "./Default.ts"
import { EventsConfig, NotificationConfig } from "./EventsConfig.ts"
import { BucketPlace } from "./Evidence.ts"
import { ForgeConfig, forgeProblems, GitHubConfig, httpUrl } from "./ForgeConfig.ts"
import { ImagePattern } from "./ImageName.ts"
import { KueueConfig, kueueProblems } from "./Kueue.ts"
import { ModelPrice } from "./ModelPrice.ts"
import { modelProviderProblems } from "./ModelProviderProblems.ts"
import { ModelBeginning, ProviderConfig, ProviderName, providerNames } from "./ModelProviders.ts"
import { QuietHours, quietProblems } from "./QuietHours.ts"
import { aboveCeilings } from "./ResourceCeilings.ts"
import { Priority } from "./Scheduling.ts"
import { mostShards } from "./Shards.ts"
import { CostUsd, TimeoutSeconds, Turns } from "./SpecLimits.ts"
import { ModelName, rule } from "./SpecText.ts"
import { TelemetryConfig } from "./TelemetryConfig.ts"
import { Profiles } from "./Toolchain.ts"
import { TriggerConfig, triggerProblems } from "./TriggerConfig.ts"

/** A Job's time to live is at most 2^31 - 1 seconds. */
const minutes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 35_791_394 }))
const positive = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const texts = Schema.Record(Schema.String, Schema.String)
const size = Schema.String.check(
  rule("a size such as 10Gi", (text) => /^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?$/.test(text))
)
/** Handed to Kubernetes as it is; the API server checks it. */
const passedOn = Schema.Record(Schema.String, Schema.Json)

export const CleanupConfig = Schema.Struct({
  enabled: or(Schema.Boolean, true),
  completedJobDelayMinutes: or(minutes, 5),
  failedJobDelayMinutes: or(minutes, 60),
  /** False keeps the ConfigMap for as long as the run. */
  deleteConfigMap: or(Schema.Boolean, true)
})
export type CleanupConfig = typeof CleanupConfig.Type

const PermissionsConfig = Schema.Struct({
  /** False: the list in the settings template. True: `allow` and `deny` of this section. */
  agentToolsOverride: or(Schema.Boolean, false),
  allow: or(Schema.Array(Schema.String), []),
  deny: or(Schema.Array(Schema.String), [])
})

const Resources = Schema.Struct({
  requests: or(texts, { cpu: "100m", memory: "512Mi", "ephemeral-storage": "1Gi" }),
  limits: or(texts, { cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi" })
})

const certificates = Schema.String.check(
  rule(
    "PEM certificates",
    (text) => /^\s*(?:-----BEGIN CERTIFICATE-----[\w+/=\s]+-----END CERTIFICATE-----\s*)*$/.test(text)
  )
)

const images = "ghcr.io/5dlabs/platform"

const image = (repository: string) => ({
  repository: or(Schema.String, repository),
  /** The default is the tag under which this version's release builds the image. */
  tag: or(Schema.String, "0.1.0"),
  /** `sha256:...` of the image, which then counts instead of the tag. */
  digest: or(
    Schema.String.check(
      rule("sha256: and 64 hexadecimal digits, or nothing", (text) => /^(?:sha256:[0-9a-f]{64})?$/.test(text))
    ),
    ""
  )
})

const AgentConfig = Schema.Struct({
  /** Of a run that names none, and whose profile does not. */
  default: or(AgentName, "claude"),
  /** Of Claude Code; when to pull counts for every image. */
  image: filled(Schema.Struct({
    ...image(`${images}/claude-code`),
    pullPolicy: or(Schema.Literals(["Always", "IfNotPresent", "Never"]), "Always")
  })),
  /** Of the other agents. */
  images: filled(Schema.Struct(byAgent((name) => filled(Schema.Struct(image(`${images}/${name}`)))))),
  /** The orchestrator's own image, from which the init container copies the runner. */
  runnerImage: or(Schema.String, "ghcr.io/5dlabs/platform/orchestrator:latest"),
  imagePullSecrets: or(Schema.Array(Schema.String), []),
  /**
   * Where credentials live: in a sidecar that uses them for the agent (`broker`, Kubernetes 1.29 or later), or in the environment of the
   * agent's container (`env`).
   */
  credentials: or(Schema.Literals(["broker", "env"]), "broker"),
  resources: filled(Resources),
  /**
   * Images that runs may name in `spec.image` beside those of this configuration: repositories (`ghcr.io/acme/node`), beginnings of some
   * (`ghcr.io/acme/*`), or `*`.
   */
  allowedImages: or(Schema.Array(ImagePattern), []),
  /** Seconds that a repository's setup script may take. */
  setupTimeoutSeconds: or(positive, 600),
  /** Most that the pod's own folders hold on its node: the workspace where that is ephemeral, `/tmp`, and the broker's clones. */
  volumes: filled(Schema.Struct({ workspace: or(size, "10Gi"), tmp: or(size, "5Gi"), broker: or(size, "10Gi") })),
  runtimeClassName: Schema.optionalKey(Schema.String),
  nodeSelector: or(texts, {}),
  tolerations: or(Schema.Array(passedOn), []),
  affinity: Schema.optionalKey(passedOn),
  /** Annotations of agents' pods, such as those that keep a mesh's sidecar out. */
  podAnnotations: or(texts, {}),
  /** Labels of agents' pods; those that the orchestrator sets stay. */
  podLabels: or(texts, {}),
  /**
   * `fixed`: the agent runs as 1000:1000, the broker as 1001:1000, volumes belong to group 1000. `cluster`: whoever admits pods chooses
   * (OpenShift's SecurityContextConstraints); agent and broker may then have one uid, and are apart as containers only.
   */
  userIds: or(Schema.Literals(["fixed", "cluster"]), "fixed"),
  /** Seconds between SIGTERM and SIGKILL, in which the runner saves the work. */
  terminationGracePeriodSeconds: or(positive, 120),
  toolmanServerUrl: or(Schema.String, ""),
  /** Seconds after which a stalled model response is closed, so that the agent retries. */
  streamIdleSeconds: or(positive, 120),
  broker: filled(Schema.Struct({
    resources: filled(Schema.Struct({
      requests: or(texts, { cpu: "50m", memory: "128Mi", "ephemeral-storage": "256Mi" }),
      limits: or(texts, { cpu: "1", memory: "512Mi", "ephemeral-storage": "12Gi" })
    })),
    /** Answers that the broker lets through for each turn of `maxTurns`: subagents and compactions ask models too. */
    answersPerTurn: or(positive, 4),
    /** Largest push in MiB. */
    maxPushMebibytes: or(positive, 512),
    /** What a push may be when it is unpacked, in MiB; small packs may become 200 times as large, and at least 128 MiB. */
    maxUnpackedMebibytes: or(positive, 1024),
    /** PEM certificates of authorities that the broker trusts beside the public ones: for git, the forge and the model API. */
    caCertificates: or(certificates, "")
  }))
})

const signingSecret = Schema.String.check(
  rule(
    "the name of a Secret, with {githubUser} at most once, or nothing",
    (text) => text === "" || /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text.replace("{githubUser}", "u"))
  )
)

const filePath = Schema.String.check(rule("the path of a file", (text) => text.trim() !== ""))

const objectName = Schema.String.check(
  rule("the name of an object", (text) => /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text))
)

const namespaceName = Schema.String.check(
  rule("the name of a namespace, or * for all", (text) => /^(?:\*|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/.test(text))
)

/** Where log, conversation, result and diff of an attempt are kept after its pod is gone. */
const EvidenceConfig = Schema.Struct({
  /** An S3-compatible bucket. Absent: the workspace's claim has what the runner left there. */
  bucket: Schema.optionalKey(Schema.Struct({
    ...BucketPlace.fields,
    region: or(BucketPlace.fields.region, "us-east-1"),
    pathStyle: or(Schema.Boolean, true),
    /** Folders in front of every key. */
    prefix: or(
      Schema.String.check(
        rule("folders such as team/agents, or nothing", (text) => /^(?:[\w-][\w.-]*(?:\/[\w-][\w.-]*)*)?$/.test(text))
      ),
      ""
    ),
    /** Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, mounted in brokers alone; it has to be able to put objects. */
    writerSecret: objectName,
    /** Folder with files of these names, for the orchestrator itself: it gets, lists and deletes. */
    readerFolder: or(filePath, "/etc/orchestrator/evidence")
  })),
  /**
   * Where there is no bucket: a claim for all, of which each broker sees its own attempt's folder, and the folder where the orchestrator
   * has it mounted.
   */
  volume: Schema.optionalKey(Schema.Struct({ claimName: objectName, folder: filePath })),
  retention: filled(Schema.Struct({
    /** 0: for ever, as far as the orchestrator is concerned. */
    days: or(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 36_500 })), 30),
    /** Of all attempts together, in a bucket or a volume; 0: any. The oldest go first. */
    mebibytes: or(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), 10_240)
  }))
})
export type EvidenceConfig = typeof EvidenceConfig.Type

/** 0: any that is free. */
const port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65535 }))
const audience = Schema.String.check(rule("the name of an audience", (text) => text.trim() !== ""))

export class OrchestratorConfig extends Schema.Class<OrchestratorConfig>("OrchestratorConfig")({
  job: filled(Schema.Struct({
    /** Seconds that the agent of one attempt may work, counted from when its container has begun. */
    activeDeadlineSeconds: or(Schema.Int.check(Schema.isGreaterThanOrEqualTo(60)), 3600),
    /**
     * Seconds after which a start that meets an error ends the run: an image, a Secret, a volume. What only takes its time (no node is
     * free, an image is being pulled, a quota is used up) has three times as long. None of it counts as the agent's time.
     */
    startDeadlineSeconds: or(Schema.Int.check(Schema.isBetween({ minimum: 10, maximum: 86_400 })), 600)
  })),
  agent: filled(AgentConfig),
  secrets: filled(Schema.Struct({
    apiKeySecretName: or(Schema.String, "orchestrator-secrets"),
    apiKeySecretKey: or(Schema.String, "ANTHROPIC_API_KEY"),
    /** Key of a subscription's OAuth token in the same Secret. Where it is there, the broker takes it before the API key. */
    oauthTokenSecretKey: Schema.optionalKey(Schema.String),
    /** Keys of OpenAI's and Google's APIs in the same Secret, for agents that ask those. */
    openaiKeySecretKey: or(Schema.String, "OPENAI_API_KEY"),
    googleKeySecretKey: or(Schema.String, "GEMINI_API_KEY")
  })),
  permissions: filled(PermissionsConfig),
  telemetry: filled(TelemetryConfig),
  storage: filled(Schema.Struct({
    storageClassName: Schema.optionalKey(Schema.String),
    workspaceSize: or(size, "10Gi"),
    accessMode: or(Schema.Literals(["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"]), "ReadWriteOnce"),
    /** Shared: runs of one service do not wait for each other. */
    access: or(Schema.Literals(["Exclusive", "Shared"]), "Exclusive"),
    /** Workspaces that no run has used for so many days are deleted; absent: none. */
    unusedDays: Schema.optionalKey(positive)
  })),
  cleanup: filled(CleanupConfig),
  /** Finished runs beyond these are deleted, the oldest first; absent: none. */
  history: filled(Schema.Struct({
    /** So many that have succeeded are kept, of each kind and service. */
    succeeded: Schema.optionalKey(positive),
    /** So many that have failed or were cancelled, likewise. */
    failed: Schema.optionalKey(positive),
    /** Days after the end of a run, however it ended. */
    days: Schema.optionalKey(positive)
  })),
  retry: filled(Schema.Struct({
    /** Automatic retries after eviction, node loss or preemption. */
    infrastructure: or(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), 2)
  })),
  limits: filled(Schema.Struct({
    activeRuns: Schema.optionalKey(positive),
    activeRunsPerGithubUser: Schema.optionalKey(positive),
    activeRunsPerService: Schema.optionalKey(positive),
    /** The most that `spec.maxCostUsd` may be, in USD. */
    maxCostUsd: or(CostUsd, 100),
    /** The highest that `spec.priority` may be. */
    maxPriority: or(Priority, "high"),
    /** Of runs of these GitHub users, instead: by name. */
    maxPriorityOfGithubUser: or(Schema.Record(Schema.String, Priority), {}),
    /** The most that `spec.maxTurns` may be. */
    maxTurns: or(Turns, 1000),
    /** The most that `spec.resources` may name, request or limit; a resource that is not here cannot be named. */
    maxResources: or(Schema.Record(Schema.String, size), { cpu: "4", memory: "8Gi", "ephemeral-storage": "40Gi" }),
    /** The most that `spec.timeoutSeconds` may be. */
    maxTimeoutSeconds: or(TimeoutSeconds, 604_800),
    /** Of a run that names no `maxCostUsd`; absent: the most that it may be. */
    defaultMaxCostUsd: Schema.optionalKey(CostUsd),
    /** Of a run that names no `maxTurns`; absent: the most that they may be. */
    defaultMaxTurns: Schema.optionalKey(Turns)
  })),
  /** What may be spent in a day and in a month of UTC, in USD: no run starts that could go beyond. */
  budgets: filled(Budgets),
  /** Maintenance: no run starts while it is true; runs that work are left to end. */
  suspend: or(Schema.Boolean, false),
  /** Hours in which no run starts. */
  quietHours: or(Schema.Array(QuietHours), []),
  /** By the name that `spec.profile` has. */
  profiles: or(Profiles, {}),
  git: filled(Schema.Struct({
    /** URL schemes that runs may name. */
    allowedProtocols: or(Schema.Array(Schema.Literals(["https", "ssh", "http", "file"])), ["https", "ssh"]),
    /** Hosts that runs may name (`host`, `host:port`); empty: the forges that are configured; `*`: any, without the user's token. */
    allowedHosts: or(Schema.Array(Schema.String), []),
    /** Mirrors: URLs that begin with a key are fetched and pushed with the value in its place (git's `url.<base>.insteadOf`). */
    insteadOf: or(texts, {}),
    /** Lines of a `known_hosts` file: host keys that the broker trusts beside those of the common forges. */
    knownHosts: or(Schema.String, ""),
    /** The ssh key with which the broker signs the agents' commits. It is in no other container. */
    signing: filled(Schema.Struct({
      /** Its Secret; `{githubUser}` stands for the run's user, as in the names of the user's other Secrets. Empty: nothing is signed. */
      secretName: or(signingSecret, ""),
      secretKey: or(Schema.NonEmptyString, "ssh-privatekey")
    }))
  })),
  model: filled(Schema.Struct({
    /** Where the broker forwards model requests. */
    baseUrl: or(httpUrl, "https://api.anthropic.com"),
    /** By the beginning of a model's name; the longest counts, and each before the list prices that come with the program. */
    prices: or(Schema.Record(Schema.String, ModelPrice), {}),
    /** Beginnings of the names of models that runs may ask beside `spec.model`: the small ones that the agent's CLI uses. */
    allowed: or(Schema.Array(ModelBeginning), ["claude-haiku-", "claude-3-5-haiku-"]),
    /** Most tokens of an answer, thoughts included, where an agent's CLI names no bound: they are reserved for before it asks. */
    outputTokens: or(positive, 32_000),
    /** Who serves models, by name: `anthropic`, `openai` and `google` are there without a word; an entry of that name changes them. */
    providers: or(Schema.Record(ProviderName, ProviderConfig), {})
  })),
  forge: filled(ForgeConfig),
  /** Of GitHub alone. */
  github: filled(GitHubConfig),
  evidence: filled(EvidenceConfig),
  events: filled(EventsConfig),
  /**
   * Kubernetes Events about runs: of what somebody may have to act on, of all that happens to them (two more for a run that goes well), or none.
   */
  kubernetesEvents: or(Schema.Literals(["Problems", "All", "None"]), "Problems"),
  triggers: or(Schema.Array(TriggerConfig), []),
  /** Who is told of the end of runs. */
  notifications: or(Schema.Array(NotificationConfig), []),
  models: filled(Schema.Struct({
    defaultCodeModel: or(Schema.String, "claude-sonnet-4-20250514"),
    defaultDocsModel: or(Schema.String, "claude-opus-4-20250514"),
    /** By agent; of one that is not here the two above are the models. */
    agents: or(Schema.Record(Schema.String, ModelName), { codex: "gpt-5.5", gemini: "gemini-2.5-pro" })
  })),
  /** Of several replicas one acts: it holds a Lease in the namespace. */
  leaderElection: filled(
    Schema.Struct({
      enabled: or(Schema.Boolean, true),
      /** Seconds without a renewal after which another replica takes over. */
      leaseSeconds: or(positive, 15),
      /** Seconds without a renewal after which the leader stops acting. */
      renewDeadlineSeconds: or(positive, 10),
      /** Seconds between renewals. */
      retrySeconds: or(positive, 2)
    }).check(rule(
      "leaseSeconds above renewDeadlineSeconds, and that above 1.2 times retrySeconds",
      ({ leaseSeconds, renewDeadlineSeconds, retrySeconds }) =>
        renewDeadlineSeconds < leaseSeconds && retrySeconds * 1.2 < renewDeadlineSeconds
    ))
  ),
  /** Namespaces whose runs are looked after beside the installation's own; `*`: every one of the cluster. */
  watchNamespaces: or(Schema.Array(namespaceName), []),
  /** Processes that divide the runs among them, each with a Lease of its own. */
  shard: filled(
    Schema.Struct({
      count: or(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostShards })), 1),
      /** Which of them this process is, from 0. */
      index: or(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), 0)
    }).check(rule("an index below count", ({ count, index }) => index < count))
  ),
  server: filled(
    Schema.Struct({
      host: or(Schema.String, "127.0.0.1"),
      port: or(port, 8080),
      /** Port of `/metrics`, without authentication and TLS. Absent: `/metrics` is beside the API. */
      metricsPort: Schema.optionalKey(port),
      /** Connections to the API at a time; more are closed at once. Streams of events may take three quarters of them. */
      maxConnections: or(positive, 2000),
      /**
       * Path below which a proxy has put the server and that it hands on: `/orchestrator`. Empty where it leaves the path off, or where
       * there is none.
       */
      basePath: or(
        Schema.String.check(
          rule(
            "a path such as /orchestrator, without a slash at the end, or nothing",
            (text) => /^(?:\/[\w.~-]+)*$/.test(text)
          )
        ),
        ""
      ),
      /** PEM files to serve HTTPS with; read again when they change. Absent: HTTP. */
      tls: Schema.optionalKey(Schema.Struct({ certFile: filePath, keyFile: filePath }))
    }).check(rule("a metricsPort other than port", ({ metricsPort, port }) => metricsPort !== port || port === 0))
  ),
  auth: filled(Schema.Struct({
    /** `kubernetes`: bearer tokens of the cluster and what RBAC allows their owner. `none`: everybody may do everything. */
    mode: or(Schema.Literals(["kubernetes", "none"]), "kubernetes"),
    /** One of these a token must be issued for; empty: the API server's own. */
    audiences: or(Schema.Array(audience), []),
    /**
     * Which tokens the cluster is asked about: `jwt`, as clusters issue them to service accounts and identity providers to people, or
     * `any`, also those that only an authenticating webhook of the cluster understands.
     */
    tokens: or(Schema.Literals(["jwt", "any"]), "jwt"),
    /** Lets mode `none` answer on addresses that others reach. */
    allowUnauthenticated: or(Schema.Boolean, false)
  })),
  dashboard: filled(DashboardConfig),
  kueue: filled(KueueConfig)
}) {}

const decode = decoder(OrchestratorConfig)

/** YAML's bare `key:` is a key that is not set, as Helm and Kubernetes read it; the seed's chart writes one for an empty list. */
const withoutUnset = (value: unknown): unknown =>
  Predicate.isObject(value)
    ? Object.fromEntries(
      Object.entries(value).filter(([, inner]) => inner !== null).map(([key, inner]) => [key, withoutUnset(inner)])
    )
    : value

type Ceiling = readonly [path: string, found: number | undefined, ceiling: string, most: number]

const ceilingProblems = (all: ReadonlyArray<Ceiling>): ReadonlyArray<FieldProblem> =>
  all.flatMap(([path, found, ceiling, most]) =>
    found === undefined || found <= most
      ? []
      : [{ path, expected: `at most ${ceiling} (${most})`, found: String(found) }]
  )

/** A profile cannot give what the ceilings forbid. */
const profileProblems = ({ agent, limits, model, profiles }: OrchestratorConfig): ReadonlyArray<FieldProblem> =>
  Object.entries(profiles).flatMap(([name, { maxCostUsd, maxTurns, provider, resources = {}, timeoutSeconds }]) => [
    ...(provider === undefined || (agent.credentials === "broker" && providerNames(model.providers).includes(provider))
      ? []
      : [{
        path: `profiles.${name}.provider`,
        expected: agent.credentials === "broker"
          ? `one of ${providerNames(model.providers).join(", ")}`
          : "nothing where agent.credentials is env: there is no broker to ask providers",
        found: provider
      }]),
    ...ceilingProblems([
      [`profiles.${name}.maxCostUsd`, maxCostUsd, "limits.maxCostUsd", limits.maxCostUsd],
      [`profiles.${name}.maxTurns`, maxTurns, "limits.maxTurns", limits.maxTurns],
      [`profiles.${name}.timeoutSeconds`, timeoutSeconds, "limits.maxTimeoutSeconds", limits.maxTimeoutSeconds]
    ]),
    ...aboveCeilings(`profiles.${name}.resources`, resources, limits.maxResources)
  ])

/** What a broker does, where there is none. */
const brokerProblems = ({ agent, evidence, git }: OrchestratorConfig): ReadonlyArray<FieldProblem> =>
  agent.credentials === "broker" ? [] : [
    ...(holdsLimits.has(agent.default) ? [] : [{
      path: "agent.default",
      expected: `an agent that holds its limits itself where agent.credentials is env: ${[...holdsLimits].join(", ")}`,
      found: agent.default
    }]),
    ...(git.signing.secretName === "" ? [] : [{
      path: "git.signing.secretName",
      expected: "nothing where agent.credentials is env: there is no broker to sign",
      found: git.signing.secretName
    }]),
    ...(evidence.bucket === undefined ? [] : [{
      path: "evidence.bucket",
      expected: "nothing where agent.credentials is env: there is no broker to keep evidence",
      found: evidence.bucket.name
    }])
  ]

/** A provider whose tokens nobody would accept. */
const providerProblems = ({ auth, dashboard: { oidc } }: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  if (oidc === undefined) return []
  if (auth.mode === "none") {
    return [{
      path: "dashboard.oidc",
      expected: "nothing where auth.mode is none: nobody is asked who they are",
      found: oidc.issuer
    }]
  }
  return oidc.token === "access_token" || auth.audiences.length === 0 || auth.audiences.includes(oidc.clientId) ?
    [] :
    [{
      path: "auth.audiences",
      expected:
        `no entries, or dashboard.oidc.clientId (${oidc.clientId}) among them, for which the provider's id_token is issued`,
      found: auth.audiences.join(", ")
    }]
}

/** Without a Lease for each, two would act on one run while their number changes. */
const shardProblems = ({ leaderElection, shard }: OrchestratorConfig): ReadonlyArray<FieldProblem> =>
  shard.count === 1 || leaderElection.enabled
    ? []
    : [{ path: "leaderElection.enabled", expected: "true where shard.count is above 1", found: "false" }]

/** What is impossible only beside another key. */
const contradictionsOf = (config: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  const { job, limits } = config
  return [
    ...brokerProblems(config),
    ...kueueProblems(config.kueue),
    ...quietProblems(config.quietHours),
    ...providerProblems(config),
    ...shardProblems(config),
    ...modelProviderProblems(config.model.providers),
    ...triggerProblems(config.triggers, Object.keys(config.profiles)),
    ...forgeProblems(config),
    ...ceilingProblems([
      ["job.activeDeadlineSeconds", job.activeDeadlineSeconds, "limits.maxTimeoutSeconds", limits.maxTimeoutSeconds],
      ["limits.defaultMaxCostUsd", limits.defaultMaxCostUsd, "limits.maxCostUsd", limits.maxCostUsd],
      ["limits.defaultMaxTurns", limits.defaultMaxTurns, "limits.maxTurns", limits.maxTurns]
    ]),
    ...budgetProblems(config),
    ...profileProblems(config)
  ]
}

/** Reads a parsed `config.yaml`; every problem names its key. */
export const decodeConfig = (input: unknown): Result.Result<OrchestratorConfig, ReadonlyArray<FieldProblem>> =>
  Result.flatMap(decode(withoutUnset(input ?? {}), { rejectUnknown: true }), (config) => {
    const found = contradictionsOf(config)
    return found.length === 0 ? Result.succeed(config) : Result.fail(found)
  })
