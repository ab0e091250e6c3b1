import { assert, describe, it } from "@effect/vitest"
import { Predicate, Result } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { decodeConfig } from "../src/OrchestratorConfig.ts"

const reports = (input: unknown) =>
  Result.match(decodeConfig(input), { onSuccess: () => [], onFailure: (problems) => problems })

/** Values by dotted path, lists as they are. */
const leaves = (value: unknown, path = ""): ReadonlyArray<readonly [string, unknown]> =>
  Predicate.isObject(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`))
    : [[path, value]]

const at = (path: string, value: unknown): unknown =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)

const text = readFileSync(fileURLToPath(new URL("fixtures/seed/config.yaml", import.meta.url)), "utf8")
const seed: unknown = parse(text)
const defaults = Result.getOrThrow(decodeConfig({}))

describe("the seed's config.yaml", () => {
  it("decodes, and every one of its values arrives", () => {
    const decoded = new Map(leaves(Result.getOrThrow(decodeConfig(seed))))
    for (const [path, value] of leaves(seed)) assert.deepStrictEqual(decoded.get(path), value, path)
  })

  it("decodes with the empty list of pull secrets that its chart renders as a bare key", () => {
    const bare = parse(text.replace("    - \"ghcr-secret\"\n", ""))
    assert.isNull(bare.agent.imagePullSecrets)
    assert.deepStrictEqual(Result.getOrThrow(decodeConfig(bare)).agent.imagePullSecrets, [])
  })
})

describe("defaults", () => {
  it.each<readonly [string, unknown]>([
    ["job.activeDeadlineSeconds", 3600],
    ["agent.image.repository", "ghcr.io/5dlabs/platform/claude-code"],
    ["agent.image.tag", "0.1.0"],
    ["agent.image.digest", ""],
    ["agent.image.pullPolicy", "Always"],
    ["agent.credentials", "broker"],
    ["secrets.apiKeySecretKey", "ANTHROPIC_API_KEY"],
    ["permissions.agentToolsOverride", false],
    ["telemetry.otlpProtocol", "grpc"],
    ["storage.workspaceSize", "10Gi"],
    ["storage.access", "Exclusive"],
    ["cleanup.enabled", true],
    ["cleanup.completedJobDelayMinutes", 5],
    ["cleanup.failedJobDelayMinutes", 60],
    ["cleanup.deleteConfigMap", true],
    ["retry.infrastructure", 2],
    ["git.allowedProtocols", ["https", "ssh"]],
    ["models.defaultDocsModel", "claude-opus-4-20250514"],
    ["models.defaultCodeModel", "claude-sonnet-4-20250514"],
    ["server.host", "127.0.0.1"],
    ["server.port", 8080],
    ["auth.audiences", []],
    ["auth.allowUnauthenticated", false]
  ])("%s", (path, value) => assert.deepStrictEqual(new Map(leaves(defaults)).get(path), value))

  it.each([undefined, null, {}, { cleanup: null }, { cleanup: {} }, { storage: { storageClassName: null } }])(
    "come from %o",
    (input) => assert.deepStrictEqual(Result.getOrThrow(decodeConfig(input)), defaults)
  )

  it("give way to a false that is meant", () => {
    const { cleanup } = Result.getOrThrow(decodeConfig({ cleanup: { enabled: false, deleteConfigMap: false } }))
    assert.isFalse(cleanup.enabled)
    assert.isFalse(cleanup.deleteConfigMap)
  })

  it("give way to a zero that is meant", () => {
    const { cleanup, retry } = Result.getOrThrow(
      decodeConfig({ cleanup: { completedJobDelayMinutes: 0 }, retry: { infrastructure: 0 } })
    )
    assert.strictEqual(cleanup.completedJobDelayMinutes, 0)
    assert.strictEqual(retry.infrastructure, 0)
  })
})

const optional = [
  "agent.runtimeClassName",
  "agent.affinity",
  "secrets.oauthTokenSecretKey",
  "forge.taskUrl",
  "storage.storageClassName",
  "limits.activeRuns",
  "limits.activeRunsPerGithubUser",
  "limits.activeRunsPerService",
  "server.metricsPort",
  "server.tls"
]
const keys = [...leaves(defaults).map(([path]) => path).filter((path) => path !== "limits"), ...optional]
const sections = Object.entries(defaults)
  .filter(([, value]) => typeof value === "object" && !Array.isArray(value))
  .map(([section]) => section)

it("commits are not signed where there is no broker", () => {
  const signing = { secretName: "signing-{githubUser}" }
  assert.deepStrictEqual(reports({ git: { signing } }), [])
  assert.deepStrictEqual(
    reports({ git: { signing }, agent: { credentials: "env" } }).map(({ path }) => path),
    ["git.signing.secretName"]
  )
})

it("an App has a key, and a broker to keep it", () => {
  const app = { id: "12345", secretName: "app-key" }
  const paths = (given: object) => reports(given).map(({ path }) => path)
  assert.deepStrictEqual(paths({ github: { app } }), [])
  assert.deepStrictEqual(paths({ github: { app: { id: "12345" } } }), ["github.app.secretName"])
  assert.deepStrictEqual(paths({ github: { app: { secretName: "app-key" } } }), ["github.app.id"])
  assert.deepStrictEqual(paths({ github: { app: { ...app, host: "GHE.corp.test" } } }), ["github.app.host"])
  assert.deepStrictEqual(paths({ github: { app }, agent: { credentials: "env" } }), ["github.app.id"])
})

it("a forge has a kind, and a host as it stands in addresses", () => {
  const paths = (hosts: object) =>
    reports({ forge: { hosts, githubHosts: { "ghe.corp.test": "" } } }).map(({ path }) => path)
  assert.deepStrictEqual(paths({ "lab.corp.test:8443": { kind: "gitlab", api: "https://lab.corp.test/api/v4" } }), [])
  assert.deepStrictEqual(paths({ "ghe.corp.test": { kind: "gitlab" } }), ["forge.hosts.ghe.corp.test"])
  assert.deepStrictEqual(paths({ "Lab.corp.test": { kind: "gitlab" } }), ["forge.hosts.Lab.corp.test"])
  assert.deepStrictEqual(paths({ "https://lab.corp.test": { kind: "none" } }), ["forge.hosts.https://lab.corp.test"])
  assert.lengthOf(paths({ "lab.corp.test": { kind: "gitlabb" } }), 1)
  assert.lengthOf(paths({ "lab.corp.test": { kind: "gitlab", api: "lab.corp.test" } }), 1)
  assert.lengthOf(paths({ "lab.corp.test": { kind: "gitlab", api: "https://ada:secret@lab.corp.test" } }), 1)
})

it("a host has one forge", () => {
  const forge = { githubHosts: { "git.corp.test": "" }, giteaHosts: { "git.corp.test": "", "other.corp.test": "" } }
  assert.deepStrictEqual(reports({ forge }).map(({ path }) => path), ["forge.giteaHosts.git.corp.test"])
})

describe("a trigger is refused by its field:", () => {
  const run = { service: "api", githubUser: "ada", repositoryUrl: "https://github.com/acme/api", prompt: "Do it" }
  const nightly = { name: "nightly", schedule: { cron: "0 3 * * *" }, run }
  it("none is", () => assert.deepStrictEqual(reports({ triggers: [nightly] }), []))
  it.each<readonly [string, object, string]>([
    ["a bad cron expression", { ...nightly, schedule: { cron: "at night" } }, "triggers[0].schedule.cron"],
    [
      "seconds, which no run is started by",
      { ...nightly, schedule: { cron: "0 0 3 * * *" } },
      "triggers[0].schedule.cron"
    ],
    [
      "an unknown time zone",
      { ...nightly, schedule: { cron: "0 3 * * *", timezone: "Mars" } },
      "triggers[0].schedule.timezone"
    ],
    ["an unknown field", { ...nightly, run: { ...run, nonsense: 1 } }, "triggers[0].run.nonsense"],
    ["a version", { ...nightly, run: { ...run, contextVersion: 2 } }, "triggers[0].run.contextVersion"],
    ["a bad URL", { ...nightly, run: { ...run, repositoryUrl: "nowhere" } }, "triggers[0].run.repositoryUrl"],
    ["an unknown profile", { ...nightly, run: { ...run, profile: "large" } }, "triggers[0].run.profile"],
    ["no task", { ...nightly, run: { ...run, prompt: undefined } }, "triggers[0].run.prompt"],
    ["a template that nothing fills in", { ...nightly, run: { ...run, prompt: "{{a}}" } }, "triggers[0].run.prompt"],
    [
      "a templated user",
      { name: "hook", webhook: true, run: { ...run, githubUser: "{{user}}" } },
      "triggers[0].run.githubUser"
    ],
    ["two ways at once", { ...nightly, webhook: true }, "triggers[0]"],
    ["a label of no repository", { name: "issues", label: "agent", run }, "triggers[0]"],
    ["a forge's name", { ...nightly, name: "github" }, "triggers[0].name"]
  ])(
    "%s",
    (_, trigger, path) => assert.deepStrictEqual(reports({ triggers: [trigger] }).map((each) => each.path), [path])
  )
  it("a name twice", () =>
    assert.deepStrictEqual(reports({ triggers: [nightly, nightly] }).map(({ path }) => path), ["triggers[1].name"]))
  it("a notification's address", () =>
    assert.deepStrictEqual(
      reports({ notifications: [{ name: "chat", url: "file:///etc/passwd" }] }).map(({ path }) => path),
      ["notifications[0].url"]
    ))
})

describe("what is wrong is named", () => {
  it.each(keys)("%s of a wrong type", (path) => {
    const wrong =
      /(^|\.)(enabled|suspend|reviews|deleteConfigMap|agentToolsOverride|draft|askHosts|allowUnauthenticated)$/.test(
          path
        )
        ? "yes"
        : true
    const problems = reports(at(path, wrong))
    assert.deepStrictEqual(problems.map((problem) => problem.path), [path])
    assert.strictEqual(problems[0]?.found, wrong === true ? "boolean true" : "string \"yes\"")
  })

  // Whose keys are names.
  it.each(sections.filter((section) => section !== "profiles"))("an unknown key in %s", (section) => {
    assert.deepStrictEqual(reports({ [section]: { unheardOf: 1 } }), [
      { path: `${section}.unheardOf`, expected: "no such field", found: "number 1" }
    ])
  })

  it.each(sections)("a text for the section %s", (section) => {
    assert.deepStrictEqual(reports({ [section]: "x" }).map(({ path }) => path), [section])
  })

  it.each<{ path: string; value: unknown }>([
    { path: "job.activeDeadlineSeconds", value: 59 },
    { path: "job.activeDeadlineSeconds", value: 60.5 },
    { path: "job.activeDeadlineSeconds", value: "3600" },
    { path: "agent.image.pullPolicy", value: "Sometimes" },
    { path: "agent.credentials", value: "vault" },
    { path: "git.signing.secretName", value: "Signing_Keys" },
    { path: "git.signing.secretName", value: "{user}-signs" },
    { path: "agent.broker.caCertificates", value: "/etc/ssl/ca.pem" },
    { path: "agent.terminationGracePeriodSeconds", value: 0 },
    { path: "telemetry.otlpProtocol", value: "smoke" },
    { path: "storage.workspaceSize", value: "ten" },
    { path: "storage.workspaceSize", value: "10 Gi" },
    { path: "storage.workspaceSize", value: "-1Gi" },
    { path: "storage.accessMode", value: "ReadOnlyMany" },
    { path: "storage.access", value: "shared" },
    { path: "storage.unusedDays", value: 0 },
    { path: "history.succeeded", value: 0 },
    { path: "history.failed", value: 2.5 },
    { path: "history.days", value: "30" },
    { path: "cleanup.completedJobDelayMinutes", value: -1 },
    { path: "cleanup.failedJobDelayMinutes", value: 35_791_395 },
    { path: "retry.infrastructure", value: -1 },
    { path: "limits.activeRuns", value: 0 },
    { path: "server.port", value: 65_536 },
    { path: "server.metricsPort", value: -1 },
    { path: "server", value: { port: 9090, metricsPort: 9090 } },
    { path: "leaderElection", value: { leaseSeconds: 10, renewDeadlineSeconds: 10 } },
    { path: "leaderElection", value: { renewDeadlineSeconds: 2, retrySeconds: 2 } },
    { path: "auth.mode", value: "open" },
    { path: "auth.audiences", value: "orchestrator" }
  ])("$path: $value is impossible", ({ path, value }) => {
    assert.deepStrictEqual(reports(at(path, value)).map((problem) => problem.path), [path])
  })

  it.each<{ input: unknown; paths: ReadonlyArray<string> }>([
    { input: { jobs: {} }, paths: ["jobs"] },
    { input: { agent: { image: { tags: "1" } } }, paths: ["agent.image.tags"] },
    { input: { agent: { imagePullSecrets: ["a", 2] } }, paths: ["agent.imagePullSecrets[1]"] },
    { input: { agent: { tolerations: ["x"] } }, paths: ["agent.tolerations[0]"] },
    { input: { git: { allowedProtocols: ["ext"] } }, paths: ["git.allowedProtocols[0]"] },
    {
      input: { server: { port: "80" }, cleanup: { enabled: 1, dleay: 2 } },
      paths: ["cleanup.dleay", "cleanup.enabled", "server.port"]
    },
    { input: { server: { tls: { certFile: "/tls/tls.crt" } } }, paths: ["server.tls.keyFile"] },
    { input: { server: { tls: { certFile: " ", keyFile: "/tls/tls.key" } } }, paths: ["server.tls.certFile"] },
    { input: "job: {}", paths: [""] },
    { input: [], paths: [""] }
  ])("$paths", ({ input, paths }) => {
    assert.deepStrictEqual(reports(input).map(({ path }) => path).toSorted(), paths)
  })
})

it.each<{ path: string; value: unknown }>([
  { path: "agent.tolerations", value: [{ key: "gpu", operator: "Exists", tolerationSeconds: 5 }] },
  { path: "agent.affinity", value: { nodeAffinity: { weights: [1, { a: true }] } } },
  { path: "agent.nodeSelector", value: { "kubernetes.io/arch": "amd64" } },
  { path: "agent.resources.limits", value: { cpu: "2", "nvidia.com/gpu": "1" } },
  { path: "server.port", value: 0 },
  { path: "server", value: { port: 0, metricsPort: 0 } },
  { path: "server.tls", value: { certFile: "/tls/tls.crt", keyFile: "/tls/tls.key" } },
  { path: "auth", value: { mode: "kubernetes", audiences: ["orchestrator"] } },
  { path: "auth", value: { mode: "none", allowUnauthenticated: true } },
  { path: "storage.workspaceSize", value: "1.5Ti" },
  { path: "git.allowedProtocols", value: ["https", "file"] },
  { path: "limits.activeRunsPerService", value: 1 },
  { path: "leaderElection", value: { leaseSeconds: 4, renewDeadlineSeconds: 3, retrySeconds: 1 } }
])("$path: $value is possible", ({ path, value }) => assert.deepStrictEqual(reports(at(path, value)), []))

describe("profiles", () => {
  it.each<{ name: string; input: object; want: ReadonlyArray<string> }>([
    { name: "none", input: {}, want: [] },
    { name: "an empty one", input: { profiles: { java: {} } }, want: [] },
    {
      name: "one with everything",
      input: {
        profiles: {
          java: {
            templates: "java",
            image: "eclipse-temurin:21",
            resources: { requests: { cpu: "1" }, limits: { memory: "8Gi" } },
            setup: "ci/setup.sh",
            localTools: "maven",
            remoteTools: "",
            timeoutSeconds: 1200,
            maxCostUsd: 7,
            maxTurns: 50
          }
        }
      },
      want: []
    },
    { name: "a name that is none", input: { profiles: { "Java_21": {} } }, want: ["profiles"] },
    { name: "a key that nobody knows", input: { profiles: { java: { imagee: "x" } } }, want: ["profiles.java.imagee"] },
    { name: "an image that is none", input: { profiles: { java: { image: "a b" } } }, want: ["profiles.java.image"] },
    {
      name: "more than a ceiling",
      input: { profiles: { java: { maxTurns: 1001 } } },
      want: ["profiles.java.maxTurns"]
    },
    {
      name: "more of a resource than its ceiling",
      input: { profiles: { java: { resources: { limits: { cpu: "5" } } } } },
      want: ["profiles.java.resources.limits.cpu"]
    },
    {
      name: "no more than a ceiling that was raised",
      input: { limits: { maxResources: { cpu: "8" } }, profiles: { java: { resources: { limits: { cpu: "5" } } } } },
      want: []
    },
    {
      name: "an entry of images that is none",
      input: { agent: { allowedImages: ["node:22"] } },
      want: ["agent.allowedImages[0]"]
    }
  ])("$name", ({ input, want }) => assert.deepStrictEqual(reports(input).map(({ path }) => path), want))
})
