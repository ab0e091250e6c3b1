/** What the controller puts into a pod is what the programs in the pod read. */
import { assert, describe, it } from "@effect/vitest"
import { claude } from "@orchestrator/agent/agents/claude/ClaudeCli"
import { decodeBrokerSettings } from "@orchestrator/agent/broker/services/BrokerConfig"
import { decodeSettings } from "@orchestrator/agent/runner/Settings"
import { liveRun } from "@orchestrator/controller/facts/LiveRun"
import { podSpec } from "@orchestrator/controller/manifest/PodSpec"
import { formatProblems } from "@orchestrator/domain/Decode"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { expand } from "@orchestrator/embedded/node/ContainerEnv"
import type { CustomObject, PodSpec } from "@orchestrator/k8s/Objects"
import { Result } from "effect"

const uid = "3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a01"

const makeRun = (kind: "CodeRun" | "DocsRun", spec: object, status: Record<string, unknown> = {}): CustomObject => ({
  apiVersion: "orchestrator.platform/v1",
  kind,
  metadata: { name: "api", namespace: "agents", uid, resourceVersion: "7", generation: 1 },
  spec: {
    githubUser: "ada",
    model: "claude-sonnet-4-20250514",
    repositoryUrl: "https://github.com/a/api.git",
    ...spec
  },
  status
})

const codeRun = (spec: object = {}, status: Record<string, unknown> = {}) =>
  makeRun("CodeRun", {
    taskId: 12,
    service: "api",
    docsRepositoryUrl: "git@github.com:a/docs.git",
    workingDirectory: ".",
    ...spec
  }, status)
const docsRun = makeRun("DocsRun", { workingDirectory: "_projects/api", sourceBranch: "main" })

const podOf = (object: CustomObject, input: object): PodSpec => {
  const run = liveRun(object.kind === "DocsRun" ? "DocsRun" : "CodeRun", object)
  return podSpec({
    config: Result.getOrThrow(decodeConfig(input)),
    run,
    spec: Result.getOrThrow(run.spec),
    claim: "workspace-api",
    files: { name: run.jobName, digest: "0".repeat(64) }
  })
}

/** The container's variables as it sees them; empty ones count as absent. References to secrets have none here. */
const environmentOf = ({ containers, initContainers = [] }: PodSpec, name: string): Record<string, string> => {
  const found = [...initContainers, ...containers].find((container) => container.name === name)
  const values = (found?.env ?? []).map(({ name, value = "" }) => [name, expand(value, {})] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== ""))
}

const problemsOf = (result: Result.Result<unknown, Parameters<typeof formatProblems>[0]>) =>
  Result.isFailure(result) ? formatProblems(result.failure) : ""

const everything = {
  telemetry: { enabled: true, otlpEndpoint: "http://otlp:4317", logsEndpoint: "http://logs:4317" },
  git: {
    allowedProtocols: ["https", "ssh", "file"],
    allowedHosts: ["github.com"],
    insteadOf: { "https://github.com/": "https://mirror.example.com/$(HOME)/" },
    knownHosts: "github.com ssh-ed25519 AAAA\n"
  },
  agent: {
    terminationGracePeriodSeconds: 30,
    streamIdleSeconds: 60,
    broker: {
      answersPerTurn: 3,
      maxPushMebibytes: 64,
      caCertificates: "-----BEGIN CERTIFICATE-----\nbm90IHJlYWw=\n-----END CERTIFICATE-----\n"
    }
  },
  model: { baseUrl: "https://models.example.com/v", prices: { claude: { input: 3, output: 15, cacheRead: 0.3 } } },
  forge: {
    hosts: { "gitlab.example.com": { kind: "gitlab" as const } },
    askHosts: false,
    githubHosts: { "github.com": "" },
    giteaHosts: { "git.example.com": "https://git.example.com/api/v1" },
    taskUrl: "https://tasks.example.com/{service}/{taskId}",
    pullRequest: {
      codeTitle: "[{service}] task {taskId} for $5",
      draft: true,
      labels: ["agent"],
      reviewers: ["grace"],
      teamReviewers: ["platform"],
      base: "develop"
    }
  }
}

const configs = [{ agent: {} }, everything]

const runs: ReadonlyArray<{ name: string; run: CustomObject }> = [
  { name: "a CodeRun", run: codeRun() },
  { name: "a DocsRun", run: docsRun },
  {
    name: "a later attempt with limits",
    run: codeRun({ contextVersion: 2, maxCostUsd: 2.5, maxTurns: 40 }, {
      contextVersion: 1,
      phase: "Failed",
      usage: { costUsd: 0.5, turns: 30 },
      branch: "feature/task-12-implementation",
      headCommit: "a".repeat(40)
    })
  }
]

describe.each(runs)("$name", ({ run }) => {
  it.each(configs)("is understood by its broker and its runner, config %#", (config) => {
    const pod = podOf(run, config)
    assert.strictEqual(problemsOf(decodeBrokerSettings(environmentOf(pod, "broker"))), "")
    assert.strictEqual(problemsOf(decodeSettings(environmentOf(pod, "claude"), claude)), "")
  })

  it.each(configs)("tells the broker in the runner's process what it tells the one beside it, config %#", (config) => {
    const agent = { ...config.agent, credentials: "env" }
    const environment = environmentOf(podOf(run, { ...config, agent }), "claude")
    const settings = decodeSettings(environment, claude)
    assert.strictEqual(problemsOf(settings), "")
    const { brokerVariables } = Result.getOrThrow(settings)
    const here = Result.getOrThrow(decodeBrokerSettings({ ...environment, ...brokerVariables }))
    const beside = Result.getOrThrow(decodeBrokerSettings(environmentOf(podOf(run, config), "broker")))
    assert.deepStrictEqual({ ...here.git, signCommitsOf: "" }, { ...beside.git, signCommitsOf: "" })
    for (const part of ["run", "forge", "caCertificates"] as const) assert.deepStrictEqual(here[part], beside[part])
  })
})

it("the App arrives at the broker, and its key nowhere else", () => {
  const app = { id: "12345", secretName: "app-key", host: "github.com" }
  const pod = podOf(codeRun(), { github: { app } })
  const settings = Result.getOrThrow(decodeBrokerSettings(environmentOf(pod, "broker")))
  assert.deepStrictEqual(settings.forge.app, { id: "12345", host: "github.com" })
  const mounts = (pod.volumes ?? []).filter((volume) => JSON.stringify(volume).includes("\"app-key\"")).map((
    { name }
  ) => name)
  assert.deepStrictEqual(mounts, ["credentials"])
  const others = [...pod.initContainers ?? [], ...pod.containers].filter(({ name }) => name !== "broker")
  for (const { env = [], volumeMounts = [] } of others) {
    assert.isFalse(volumeMounts.some(({ name }) => name === "credentials"))
    assert.isFalse(env.some(({ name }) => name === "FORGE_APP"))
  }
})

it("every setting arrives at the broker", () => {
  const later = runs[2]?.run ?? codeRun()
  const settings = Result.getOrThrow(decodeBrokerSettings(environmentOf(podOf(later, everything), "broker")))
  assert.deepInclude(settings.run, { name: "api", uid, attempt: { contextVersion: 2, retry: 0 } })
  assert.deepInclude(settings.git, {
    targetUrl: "https://github.com/a/api.git",
    docsUrl: "git@github.com:a/docs.git",
    known: { branch: "feature/task-12-implementation", head: "a".repeat(40) },
    allowedProtocols: "https:ssh:file",
    insteadOf: everything.git.insteadOf,
    knownHosts: everything.git.knownHosts,
    hosts: {
      allowedHosts: ["github.com"],
      hosts: everything.forge.hosts,
      githubHosts: everything.forge.githubHosts,
      giteaHosts: everything.forge.giteaHosts,
      insteadOf: everything.git.insteadOf
    },
    maxPushBytes: 64 * 1024 * 1024
  })
  assert.deepInclude(settings.model, {
    baseUrl: everything.model.baseUrl,
    prices: everything.model.prices,
    maxCostUsd: 2,
    maxAnswers: 30,
    idleSeconds: 60
  })
  const { codeTitle: _, ...pullRequest } = everything.forge.pullRequest
  assert.deepStrictEqual<unknown>(settings.forge, {
    app: undefined,
    hosts: everything.forge.hosts,
    askHosts: false,
    githubHosts: everything.forge.githubHosts,
    giteaHosts: everything.forge.giteaHosts,
    pullRequest,
    issueUrl: undefined,
    title: "[api] task 12 for $5",
    taskUrl: "https://tasks.example.com/api/12"
  })
  assert.deepStrictEqual(settings.files, {
    credentials: "/etc/orchestrator/credentials",
    ssh: "/etc/orchestrator/ssh",
    state: "/var/lib/orchestrator/broker",
    endpoint: "/run/orchestrator/broker/endpoint.json",
    terminationMessage: "/dev/termination-log"
  })
  assert.strictEqual(settings.caCertificates, everything.agent.broker.caCertificates)
  assert.strictEqual(settings.graceSeconds, 25)
})

describe("where evidence goes arrives at the broker", () => {
  const brokerOf = (evidence: object) => {
    const pod = podOf(codeRun({ contextVersion: 2 }), { agent: {}, evidence })
    const { evidence: found } = Result.getOrThrow(decodeBrokerSettings(environmentOf(pod, "broker")))
    return { pod, found }
  }
  const place = { endpoint: "https://s3.example.com", name: "evidence", region: "eu-test-1", pathStyle: false }
  const volumesOf = ({ volumes = [] }: ReturnType<typeof brokerOf>["pod"]) => JSON.stringify(volumes)

  it("to a bucket, with a key that is the broker's alone", () => {
    const { found, pod } = brokerOf({ bucket: { ...place, prefix: "team", writerSecret: "s3-writer" } })
    assert.deepStrictEqual(found, { bucket: place, folder: undefined, key: `team/agents/${uid}/2` })
    const holders = pod.volumes?.filter((volume) => JSON.stringify(volume).includes("s3-writer")).map(({ name }) =>
      name
    )
    assert.deepStrictEqual(holders, ["credentials"])
    const mounting = [...pod.containers, ...pod.initContainers ?? []]
      .filter(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === "credentials"))
    assert.deepStrictEqual(mounting.map(({ name }) => name), ["broker"])
  })

  it("to the folder of this attempt on a volume", () => {
    const { found, pod } = brokerOf({ volume: { claimName: "kept", folder: "/kept" } })
    assert.deepStrictEqual(found, {
      bucket: undefined,
      folder: "/var/lib/orchestrator/evidence",
      key: `agents/${uid}/2`
    })
    const mounts = [...pod.containers, ...pod.initContainers ?? []].flatMap(({ name, volumeMounts = [] }) =>
      volumeMounts.flatMap((mount) => mount.name === "evidence" ? [{ container: name, ...mount }] : [])
    )
    assert.deepStrictEqual(mounts, [{
      container: "broker",
      name: "evidence",
      mountPath: "/var/lib/orchestrator/evidence",
      subPath: `agents/${uid}/2`
    }])
  })

  it("nowhere by default", () => {
    const { found, pod } = brokerOf({})
    assert.deepStrictEqual(found, { bucket: undefined, folder: undefined, key: "" })
    assert.notInclude(volumesOf(pod), "evidence")
  })
})
