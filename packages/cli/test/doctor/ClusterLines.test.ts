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
  users: ["octocat"],
  secrets: new Map<string, Readonly<Record<string, string>>>([
    ["github-ssh-octocat", { "ssh-privatekey": "eA==" }],
    ["github-token-octocat", { token: "eA==" }]
  ])
}

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
    ]
  ])("%s", (check, facts, says) => assert.match(lineOf(check, facts), says))
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
