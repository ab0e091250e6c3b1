import { assert, describe, it } from "@effect/vitest"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { PodSpec, Volume } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { liveRun } from "../../src/facts/LiveRun.ts"
import { jobManifest, labelsOf } from "../../src/manifest/Manifests.ts"
import { given, makeConfig } from "../fixtures/Given.ts"
import { containerOf } from "../fixtures/Pods.ts"
import { makeCodeRun, makeDocsRun } from "../fixtures/Runs.ts"

/** In configuration that the broker alone needs. */
const hidden = "not-a-real-secret"

interface Way {
  readonly config: Record<string, object>
  readonly spec: Record<string, unknown>
  readonly status: Record<string, unknown>
}

const way = (parts: Partial<Way> = {}): Way => ({ config: {}, spec: {}, status: {}, ...parts })

/** Everything that may shape a pod; each is there and not there. */
const choices: ReadonlyArray<Way> = [
  way({ config: { telemetry: { enabled: true, otlpEndpoint: "http://otlp:4317", logsEndpoint: "http://logs:4317" } } }),
  way({ config: { secrets: { apiKeySecretName: "keys", apiKeySecretKey: "k", oauthTokenSecretKey: "o" } } }),
  way({
    config: {
      git: {
        allowedProtocols: ["https", "ssh", "file"],
        allowedHosts: ["git.example.com"],
        signing: { secretName: "signing-{githubUser}" },
        insteadOf: { "https://git.example.com/": `https://${hidden}@mirror.example.com/` }
      }
    }
  }),
  way({
    config: {
      model: { baseUrl: `https://models.example.com/${hidden}`, prices: { claude: { input: 1, output: 2 } } },
      forge: {
        hosts: { "lab.example.com": { kind: "gitlab", api: `https://${hidden}.example.com` } },
        githubHosts: { "git.example.com": `https://${hidden}.example.com` },
        taskUrl: `https://x.example.com/${hidden}`
      }
    }
  }),
  way({ config: { storage: { access: "Shared", accessMode: "ReadWriteMany" }, cleanup: { deleteConfigMap: false } } }),
  way({ spec: { env: { MINE: "1", OTHER: "$(ANTHROPIC_API_KEY)" } } }),
  way({ spec: { envFromSecrets: [{ name: "DB", secretName: "db", secretKey: "url" }] } }),
  way({ spec: { maxCostUsd: 2, maxTurns: 9, timeoutSeconds: 90, contextVersion: 2, continueSession: true } }),
  way({ status: { contextVersion: 1, branch: "feature/task-12-implementation", headCommit: "a".repeat(40) } })
]

const agentConfig = {
  runtimeClassName: "gvisor",
  imagePullSecrets: ["pull"],
  toolmanServerUrl: "http://tools",
  tolerations: [{ operator: "Exists" }],
  nodeSelector: { pool: "agents" }
}

const merged = (ways: ReadonlyArray<Way>): Way =>
  ways.reduce((all, { config, spec, status }) => ({
    config: { ...all.config, ...config },
    spec: { ...all.spec, ...spec },
    status: { ...all.status, ...status }
  }), way())

const docsFields = ["maxCostUsd", "maxTurns", "timeoutSeconds"]
const ofDocs = (spec: Way["spec"]) =>
  Object.fromEntries(Object.entries(spec).filter(([key]) => docsFields.includes(key)))

const configs = new Map<string, OrchestratorConfig>()

const configOf = (input: object): OrchestratorConfig => {
  const key = JSON.stringify(input)
  const config = configs.get(key) ?? makeConfig(input)
  configs.set(key, config)
  return config
}

const podOf = (kind: KindName, credentials: string, ways: ReadonlyArray<Way>, agent: object): PodSpec => {
  const { config: sections, spec, status } = merged(ways)
  const object = kind === "CodeRun" ? makeCodeRun({ spec, status }) : makeDocsRun({ spec: ofDocs(spec), status })
  const run = liveRun(kind, object)
  const observed = { ...given(), config: configOf({ ...sections, agent: { ...agent, credentials } }), run }
  const made = Result.getOrThrow(run.spec)
  return jobManifest(observed, made, labelsOf(run, made), { name: "files", digest: "0" }).spec.template.spec
}

const subsets = Array.from(
  { length: 2 ** choices.length },
  (_, bits) => choices.filter((_choice, index) => (bits >> index) % 2 === 1)
)

const byRequester = ({ spec }: Way): boolean => spec["env"] !== undefined || spec["envFromSecrets"] !== undefined

const combinations = (credentials: string) =>
  (["CodeRun", "DocsRun"] as const).flatMap((kind) =>
    [{}, agentConfig].flatMap((agent) =>
      subsets.map((ways) => ({
        pod: podOf(kind, credentials, ways, agent),
        asked: kind === "CodeRun" && ways.some(({ spec }) => spec["envFromSecrets"] !== undefined) ? ["DB"] : [],
        /** The same without the requester's own variables. */
        bare: () => podOf(kind, credentials, ways.filter((each) => !byRequester(each)), agent)
      }))
    )
  )

/** What is seen in any of the combinations, each once. */
const seen = <A, B>(all: ReadonlyArray<A>, look: (each: A) => B): ReadonlyArray<B> => [
  ...new Map(all.map(look).map((found) => [JSON.stringify(found), found] as const)).values()
]

const mounted = (pod: PodSpec, name: string): ReadonlyArray<Volume> => {
  const { volumeMounts = [] } = containerOf(pod, name)
  return (pod.volumes ?? []).filter((volume) => volumeMounts.some((mount) => mount.name === volume.name))
}
const references = (pod: PodSpec, name: string): ReadonlyArray<string> =>
  (containerOf(pod, name).env ?? []).flatMap((each) => each.valueFrom === undefined ? [] : [each.name])
const isSecret = ({ projected, secret }: Volume): boolean => secret !== undefined || projected !== undefined
describe("with a broker, whatever the configuration and the run", () => {
  const all = combinations("broker")

  it("the agent's container refers to no secret that the run does not ask for", () =>
    assert.deepStrictEqual(
      seen(all, ({ asked, pod }) => ({
        asked: references(pod, "claude").filter((name) => !asked.includes(name)),
        prepare: references(pod, "prepare")
      })),
      [{ asked: [], prepare: [] }]
    ))

  it("no volume with a secret, and none that the broker writes to, is in it", () =>
    assert.deepStrictEqual(
      seen(all, ({ pod }) => {
        const brokers = mounted(pod, "broker").map(({ name }) => name)
        return {
          secrets: [...mounted(pod, "claude"), ...mounted(pod, "prepare")].filter(isSecret),
          shared: (containerOf(pod, "claude").volumeMounts ?? []).filter(({ name }) => brokers.includes(name))
        }
      }),
      [{ secrets: [], shared: [{ name: "broker-endpoint", mountPath: "/run/orchestrator/broker", readOnly: true }] }]
    ))

  it("addresses that the broker alone needs are not in it", () => {
    const shows = (pod: PodSpec, name: string) => JSON.stringify(containerOf(pod, name)).includes(hidden)
    assert.deepStrictEqual(seen(all, ({ pod }) => shows(pod, "claude") || shows(pod, "prepare")), [false])
    assert.sameMembers([...seen(all, ({ pod }) => shows(pod, "broker"))], [false, true])
  })

  it("the secrets are the broker's files, never its environment", () =>
    assert.deepStrictEqual(
      seen(all, ({ pod }) => ({
        references: references(pod, "broker"),
        secrets: mounted(pod, "broker").filter(isSecret).map(({ name }) => name),
        folders: (containerOf(pod, "broker").volumeMounts ?? []).map(({ mountPath }) => mountPath).toSorted()
      })),
      [{
        references: [],
        secrets: ["credentials", "ssh"],
        folders: [
          "/etc/orchestrator/credentials",
          "/etc/orchestrator/ssh",
          "/run/orchestrator/broker",
          "/tmp",
          "/var/lib/orchestrator/broker"
        ]
      }]
    ))

  it("the key that signs commits is one file of the broker's, of the user's own Secret, and has to be there", () => {
    const sources = (ways: ReadonlyArray<Way>) =>
      mounted(podOf("CodeRun", "broker", ways, {}), "broker").flatMap(({ projected }) => projected?.sources ?? [])
    const signing = way({ config: { git: { signing: { secretName: "{githubUser}-signs", secretKey: "key" } } } })
    assert.strictEqual(sources([]).length, 2)
    assert.deepStrictEqual(sources([signing]).slice(2), [
      { secret: { name: "ada-signs", items: [{ key: "key", path: "signing-key" }] } }
    ])
  })

  it("no variable of a requester reaches the broker", () => {
    const text = (pod: PodSpec) => JSON.stringify(containerOf(pod, "broker"))
    assert.deepStrictEqual(seen(all, ({ bare, pod }) => text(pod) === text(bare())), [true])
  })

  it("the pod shares no processes, has no token of a service account, and is restricted in every container", () =>
    assert.deepStrictEqual<unknown>(
      seen(all, ({ pod }) => ({
        token: pod.automountServiceAccountToken,
        shared: Object.keys(pod).filter((key) => /^(host|shareProcess|ephemeral)/.test(key)),
        security: seen([...pod.initContainers ?? [], ...pod.containers], ({ securityContext = {} }) => {
          const { allowPrivilegeEscalation, capabilities, runAsNonRoot, seccompProfile } = securityContext
          return { allowPrivilegeEscalation, capabilities, runAsNonRoot, seccompProfile }
        })
      })),
      [{
        token: false,
        shared: [],
        security: [{
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" }
        }]
      }]
    ))
})

it("without a broker the agent has what the broker would have, by reference, and there is no broker", () =>
  assert.deepStrictEqual(
    seen(combinations("env"), ({ asked, pod }) => ({
      containers: pod.initContainers?.map(({ name }) => name),
      references: references(pod, "claude").filter((name) =>
        name !== "CLAUDE_CODE_OAUTH_TOKEN" && !asked.includes(name)
      ),
      secrets: mounted(pod, "claude").filter(isSecret).map(({ name }) => name),
      broker: JSON.stringify(pod).includes("BROKER_ENDPOINT_FILE")
    })),
    [[], ["GIT_TOKEN", "GIT_USERNAME"]].map((ofOtherForges) => ({
      containers: ["prepare"],
      references: ["ANTHROPIC_API_KEY", "GH_TOKEN", ...ofOtherForges],
      secrets: ["ssh"],
      broker: false
    }))
  ))
