import { assert, describe, it } from "@effect/vitest"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { Result } from "effect"
import { clusterLines } from "../../src/doctor/ClusterLines.ts"
import type { InstallationFacts } from "../../src/doctor/Facts.ts"
import { hasFailed } from "../../src/serve/Line.ts"

const config = Result.getOrThrow(decodeConfig({}))
const named = (...names: ReadonlyArray<string>) => names.map((name) => ({ metadata: { name } }))

const healthy: InstallationFacts = {
  place: { namespace: "agents", name: "orchestrator" },
  deployment: { spec: { template: { spec: {} } }, status: { replicas: 2, readyReplicas: 2 } },
  config,
  namespaceLabels: { "pod-security.kubernetes.io/enforce": "restricted" },
  denied: [],
  storageClasses: [{
    metadata: { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }
  }],
  networkPolicies: named("orchestrator-agents"),
  admissionPolicies: named("orchestrator-secrets"),
  nodeAgents: named("kube-proxy", "cilium"),
  pods: [],
  nodes: [{ metadata: { name: "a" }, status: { conditions: [{ type: "Ready", status: "True" }] } }],
  quotas: [],
  users: ["octocat"],
  secrets: new Map<string, Readonly<Record<string, string>>>([
    ["github-ssh-octocat", { "ssh-privatekey": "eA==" }],
    ["github-token-octocat", { token: "eA==" }]
  ])
}

const away = {
  metadata: { name: "b" },
  status: { conditions: [{ type: "Ready", status: "Unknown", reason: "NodeStatusUnknown" }] }
}

const withGitLab = Result.getOrThrow(decodeConfig({ forge: { hosts: { "gitlab.example.com": { kind: "gitlab" } } } }))
const withApp = Result.getOrThrow(decodeConfig({ github: { app: { id: "1", secretName: "the-app" } } }))

type Held = InstallationFacts["secrets"] extends ReadonlyMap<string, infer A> ? A : never

const lineOf = (check: string, facts: Partial<InstallationFacts>) => {
  const line = clusterLines({ ...healthy, ...facts }).find((each) => each.check === check)
  return line === undefined
    ? "no such line"
    : `${line.status}: ${line.found}${line.next === undefined ? "" : ` -> ${line.next}`}`
}

it("an installation that lacks nothing has nothing but ok", () =>
  assert.deepStrictEqual(clusterLines(healthy).filter(({ status }) => status !== "ok"), []))

describe("what is amiss is said with the next step", () => {
  it.each<readonly [string, Partial<InstallationFacts>, RegExp]>([
    [
      "deployment",
      { deployment: "missing" },
      /^fail: .*no Deployment orchestrator in namespace agents -> helm install/
    ],
    [
      "deployment",
      { deployment: { spec: { template: { spec: {} } }, status: { replicas: 1 } } },
      /^fail: .*-> kubectl -n agents describe/
    ],
    [
      "secrets of octocat",
      { secrets: new Map([["github-ssh-octocat", {}]]) },
      /^fail: .*github-token-octocat -> scripts\/setup-agent-secrets\.sh .*--user octocat/
    ],
    ["user secrets", { users: [] }, /^warn: .*--user/],
    [
      "secrets of octocat",
      { secrets: new Map([["github-ssh-octocat", {}], ["github-token-octocat", { password: "eA==" }]]) },
      /^fail: github-token-octocat has no key token -> .* --token - --rotate$/
    ],
    [
      "secrets of octocat",
      { secrets: new Map([...healthy.secrets, ["git-token-octocat", { token: "eA==" }]]) },
      /^warn: git-token-octocat is there, and no run reads it -> .*forge\.hosts/
    ],
    [
      "secrets of octocat",
      { config: withGitLab, secrets: new Map([["github-ssh-octocat", {}]]) },
      /^fail: .*github-token-octocat \(or git-token-octocat\) -> .*--git-token -/
    ],
    [
      "secrets of octocat",
      { config: withGitLab, secrets: new Map([["github-ssh-octocat", {}], ["git-token-octocat", {}]]) },
      /^fail: git-token-octocat has no key token -> .* --git-token - --rotate$/
    ],
    [
      "secrets of octocat",
      {
        config: withGitLab,
        secrets: new Map<string, Held>([["github-ssh-octocat", {}], ["git-token-octocat", "forbidden"]])
      },
      /^warn: you may not look at Secrets/
    ],
    [
      "github app",
      { config: withApp },
      /^fail: there is no Secret the-app .* -> kubectl create secret generic the-app -n agents --from-file=private-key=/
    ],
    [
      "github app",
      {
        config: withApp,
        secrets: new Map([["the-app", { "private-key": Buffer.from("ssh-rsa x").toString("base64") }]])
      },
      /^fail: private-key of the Secret the-app is no private key/
    ],
    ["github app", { config: withApp, secrets: new Map([["the-app", "forbidden"]]) }, /^warn: you may not look/],
    ["storage class", { storageClasses: named("slow") }, /^fail: .*stay pending -> Set storage\.storageClassName/],
    ["network policy support", { nodeAgents: named("kube-flannel-ds") }, /^fail: kube-flannel-ds enforces no/],
    ["network policy support", { nodeAgents: named("kube-proxy") }, /^warn: no network plug-in was recognized/],
    ["network policy", { networkPolicies: named("orchestrator") }, /^fail: .*networkPolicy\.agent\.enabled=true/],
    ["admission policy", { admissionPolicies: [] }, /^warn: .*admissionPolicy\.enabled=true/],
    ["pod security", { namespaceLabels: {} }, /^warn: .*nothing -> kubectl label namespace/],
    [
      "rights",
      { denied: [{ permission: { kind: PodKind, verbs: ["list"], reason: "" }, verbs: ["list"] }] },
      /^fail: Missing permissions in namespace agents: list pods/
    ],
    [
      "image pull",
      {
        pods: [{
          metadata: { name: "p" },
          spec: { containers: [] },
          status: {
            containerStatuses: [{
              name: "claude",
              ready: false,
              restartCount: 0,
              state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } }
            }]
          }
        }]
      },
      /^fail: p\/claude: no such image -> .*imagePullSecrets/
    ],
    [
      "nodes",
      { nodes: [away], pods: [{ metadata: { name: "p" }, spec: { nodeName: "b", containers: [] } }] },
      /^fail: b is not ready \(NodeStatusUnknown\), with p -> kubectl describe node b/
    ],
    ["nodes", { nodes: [away] }, /^warn: b is not ready/],
    [
      "nodes",
      { pods: [{ metadata: { name: "p" }, spec: { nodeName: "c", containers: [] } }] },
      /^warn: there is no Node c, with p/
    ],
    [
      "quota",
      {
        quotas: [{
          metadata: { name: "few" },
          status: { hard: { pods: "2", cpu: "2" }, used: { pods: "2", cpu: "900m" } }
        }]
      },
      /^warn: few is used up: pods \(2 of 2\) -> kubectl describe resourcequota few -n agents/
    ]
  ])("%s", (check, facts, says) => assert.match(lineOf(check, facts), says))
})

describe("a user who can work has nothing but ok", () => {
  const ssh = ["github-ssh-octocat", {}] as const
  it.each<readonly [string, Partial<InstallationFacts>, RegExp]>([
    [
      "with the token of another forge alone",
      { config: withGitLab, secrets: new Map([ssh, ["git-token-octocat", { token: "eA==" }]]) },
      /^ok: github-ssh-octocat, git-token-octocat$/
    ],
    [
      "with the older Secret, which is for every forge",
      { config: withGitLab },
      /^ok: github-ssh-octocat, github-token-octocat$/
    ],
    [
      "with the App's tokens in place of one's own",
      { config: withApp, secrets: new Map([ssh]) },
      /^ok: github-ssh-octocat$/
    ],
    [
      "who may not look at a Secret that nobody reads",
      { secrets: new Map<string, Held>([...healthy.secrets, ["git-token-octocat", "forbidden"]]) },
      /^ok: /
    ]
  ])("%s", (_, facts, says) => assert.match(lineOf("secrets of octocat", facts), says))

  it("and so does the App", () => {
    const key = Buffer.from("-----BEGIN RSA PRIVATE KEY-----\nnot a key\n").toString("base64")
    const secrets = new Map([["the-app", { "private-key": key }]])
    assert.match(lineOf("github app", { config: withApp, secrets }), /^ok: 1, with its key in the-app$/)
    assert.strictEqual(lineOf("github app", {}), "no such line")
  })
})

it("who may not look is told so, and nothing fails for that", () => {
  const blind: InstallationFacts = {
    ...healthy,
    deployment: "forbidden",
    config: undefined,
    namespaceLabels: "forbidden",
    denied: "forbidden",
    storageClasses: "forbidden",
    networkPolicies: "forbidden",
    admissionPolicies: "forbidden",
    nodeAgents: "forbidden",
    pods: "forbidden",
    nodes: "forbidden",
    quotas: "forbidden",
    secrets: new Map([["github-ssh-octocat", "forbidden" as const]])
  }
  const lines = clusterLines(blind)
  assert.isFalse(hasFailed(lines))
  assert.isAtLeast(lines.filter(({ found }) => found.startsWith("you may not look at")).length, 7)
})

it("a configured storage class has to be there", () => {
  const configured = Result.getOrThrow(decodeConfig({ storage: { storageClassName: "fast" } }))
  assert.match(lineOf("storage class", { config: configured }), /^ok: fast/)
  assert.match(
    lineOf("storage class", { config: configured, storageClasses: named("slow") }),
    /^fail: there is no StorageClass fast/
  )
})
