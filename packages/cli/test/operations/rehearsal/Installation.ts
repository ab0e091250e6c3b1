/**
 * An installation to rehearse with: the chart as it is rendered for a release, on a real control plane, its role the one that the program has; nodes
 * whose pods are processes of this machine, with the real runner and broker; and a person on call, who may look and change nothing.
 */
import { NodeServices } from "@effect/platform-node"
import { layerPodLogsMemory } from "@orchestrator/embedded/EmbeddedPodLogs"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { layer as processRuntime } from "@orchestrator/embedded/node/ProcessRuntime"
import { CodeRunKind, NodeKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Exit, Layer, Scope } from "effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse, parseAllDocuments } from "yaml"
import { agentImage, imageTable, runnerImage } from "../../../src/dev/Agents.ts"
import { makeDemoRepositories } from "../../../src/dev/DemoRepositories.ts"
import { installation } from "../../../src/settings/Installation.ts"
import { controlPlane, kubeconfigOf, kubectl } from "../../cluster/ControlPlane.ts"
import { eventually } from "../../cluster/Eventually.ts"
import { attempt } from "../../cluster/helm/Shell.ts"
import { provisioner } from "../../cluster/Provisioner.ts"
import { Replica } from "../../cluster/Replica.ts"
import { admin, codeRun, phaseOf, reasonOf } from "../../cluster/World.ts"
import { listening, type ModelApi, writeClaude } from "./Outside.ts"
import { normalised, type Shown } from "./Transcript.ts"

export const namespace = "agents"
const nodes = ["node-a", "node-b"] as const
type NodeName = typeof nodes[number]

const root = join(import.meta.dirname, "../../../../..")
const folder = mkdtempSync(join(tmpdir(), "orchestrator-rehearsal-"))
const [claude, remotes, state, bin] = ["claude", "git", "node", "bin"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
  string
]

const assets = () =>
  /KUBEBUILDER_ASSETS=(\S+)/.exec(readFileSync(join(controlPlane().folder, "env"), "utf8"))?.[1] ?? ""

const apply = (objects: ReadonlyArray<object>, ...args: ReadonlyArray<string>) =>
  kubectl(
    ["apply", "--server-side", ...args, "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })
  )

/** A machine each: what one's pods print and write is its own. */
const machine = (nodeName: NodeName) =>
  Layer.fresh(
    Kubelet.layer({ nodeName }).pipe(
      Layer.provide(Layer.unwrap(Effect.gen(function*() {
        const parts = yield* installation
        return processRuntime({
          stateFolder: join(state, nodeName),
          images: yield* imageTable("claude", parts),
          readable: [...parts.code, parts.demoAgent, claude],
          writable: [remotes]
        })
      }))),
      Layer.provide(layerPodLogsMemory),
      Layer.provide(admin),
      Layer.provide(NodeServices.layer)
    )
  )

const chart = (values: object): ReadonlyArray<Readonly<Record<string, unknown>> & { readonly kind: string }> => {
  const file = join(folder, "values.json")
  writeFileSync(file, JSON.stringify(values))
  const helm = join(assets(), "helm")
  const args = [
    "template",
    "orchestrator",
    join(root, "chart"),
    "-n",
    namespace,
    "--no-hooks",
    "--skip-tests",
    "--kube-version",
    "1.37",
    "--values",
    file
  ]
  const text = execFileSync(helm, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
  return parseAllDocuments(text).map((document) => document.toJS()).filter((object) => object !== null)
}

const rbac = "rbac.authorization.k8s.io"
const rule = (
  group: string,
  resources: ReadonlyArray<string>,
  verbs: ReadonlyArray<string>,
  resourceNames?: ReadonlyArray<string>
) => ({
  apiGroups: [group],
  resources,
  verbs,
  ...(resourceNames === undefined ? {} : { resourceNames })
})

/** As docs/on-call.md has it. */
export const onCall = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "on-call", namespace } },
  {
    apiVersion: `${rbac}/v1`,
    kind: "Role",
    metadata: { name: "on-call", namespace },
    rules: [
      rule("orchestrator.platform", ["coderuns", "docsruns"], ["get", "list", "watch"]),
      rule("coordination.k8s.io", ["leases"], ["get"], ["orchestrator-controller"])
    ]
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: "on-call" },
    rules: [
      rule("", ["nodes"], ["get", "list"]),
      rule("storage.k8s.io", ["storageclasses"], ["list"]),
      rule("admissionregistration.k8s.io", ["validatingadmissionpolicies"], ["list"]),
      rule("apps", ["daemonsets"], ["list"]),
      rule("authorization.k8s.io", ["subjectaccessreviews"], ["create"])
    ]
  },
  ...[["RoleBinding", "on-call", "Role", "on-call"], ["RoleBinding", "on-call-view", "ClusterRole", "view"], [
    "ClusterRoleBinding",
    "on-call",
    "ClusterRole",
    "on-call"
  ]].map(([kind, name, role, of]) => ({
    apiVersion: `${rbac}/v1`,
    kind,
    metadata: { name, ...(kind === "RoleBinding" ? { namespace } : {}) },
    roleRef: { apiGroup: rbac, kind: role, name: of },
    subjects: [{ kind: "ServiceAccount", name: "on-call", namespace }]
  }))
]

/** What a cluster has beside us: a storage class, a network plug-in that enforces, somebody's Secrets. */
const surroundings = [
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner"
  },
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "cilium", namespace: "kube-system" },
    spec: {
      selector: { matchLabels: { app: "cilium" } },
      template: {
        metadata: { labels: { app: "cilium" } },
        spec: { nodeSelector: { nowhere: "at-all" }, containers: [{ name: "cilium", image: "cilium" }] }
      }
    }
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "orchestrator-secrets", namespace },
    stringData: { ANTHROPIC_API_KEY: "not-a-real-key" }
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "github-ssh-ada", namespace },
    stringData: { "ssh-privatekey": "not-a-real-key" }
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "github-token-ada", namespace },
    stringData: { token: "not-a-real-token" }
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "evidence-writer", namespace },
    stringData: { AWS_ACCESS_KEY_ID: "not-a-real-id", AWS_SECRET_ACCESS_KEY: "not-a-real-secret" }
  }
]

export const tokenOf = (account: string) =>
  kubectl(["create", "token", account, "-n", namespace, "--duration=1h"]).trim()

const kubeconfigFor = (account: string, server = controlPlane().server) => {
  const file = join(folder, `${account}-kubeconfig`)
  const cluster = { server, "certificate-authority": join(controlPlane().folder, "pki/ca.crt") }
  const config = JSON.parse(kubeconfigOf(cluster, { token: tokenOf(account) }))
  const [context] = config.contexts
  writeFileSync(
    file,
    JSON.stringify({
      ...config,
      "current-context": "production",
      contexts: [{ name: "production", context: { ...context.context, namespace } }]
    })
  )
  return file
}

/** The replica's pod, which nobody runs: its process is ours. The real controllers make it, and count it. */
const standIn = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const find = Effect.map(
    client.list(PodKind, { namespace, labelSelector: "app.kubernetes.io/component=controller" }),
    ({ items }) => items[0]
  )
  apply([{
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "control-1" },
    spec: { taints: [{ key: "rehearsal", effect: "NoSchedule" }] }
  }])
  yield* client.patchStatus(NodeKind, { name: "control-1" }, {
    type: "merge",
    body: { status: { conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }] } }
  })
  const pod = yield* eventually("the pod of the orchestrator", find, (found) => found !== undefined)
  const name = pod?.metadata.name ?? ""
  kubectl(
    ["create", "--raw", `/api/v1/namespaces/${namespace}/pods/${name}/binding`, "-f", "-"],
    JSON.stringify({
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name },
      target: { kind: "Node", name: "control-1" }
    })
  )
  const ready = ["Ready", "ContainersReady", "Initialized", "PodScheduled"].map((type) => ({ type, status: "True" }))
  yield* client.patchStatus(PodKind, { name, namespace }, {
    type: "merge",
    body: { status: { phase: "Running", conditions: ready } }
  })
  return name
})

/** It is the same when the replica comes back. */
const freePort = Effect.promise(async () => {
  const { close, url } = await listening(() => {})
  close()
  return Number(new URL(url).port)
})

export interface Outside {
  readonly model: ModelApi
  readonly bucket: string
}

export const makeInstallation = Effect.fnUntraced(function*({ bucket, model }: Outside) {
  const client = yield* KubernetesClient
  yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
  for (const each of [claude, bin, state]) mkdirSync(each, { recursive: true })
  writeClaude(claude)
  process.env["PATH"] = `${claude}:${process.env["PATH"] ?? ""}`
  const parts = yield* Effect.provide(installation, NodeServices.layer)
  yield* Effect.provide(makeDemoRepositories(join(parts.examples, "demo"), remotes), NodeServices.layer)

  apply([{
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } }
  }])
  const rendered = chart({
    admissionPolicy: { enabled: true },
    kubernetesEvents: "All",
    agent: {
      image: agentImage,
      terminationGracePeriodSeconds: 5,
      imagePullSecrets: [],
      allowedImages: ["registry.example.com/agents/*"]
    },
    model: { baseUrl: model.url },
    git: {
      allowedProtocols: ["https", "ssh", "http", "file"],
      allowedHosts: ["*"],
      insteadOf: { "file:///demo/": `file://${remotes}/` }
    },
    cleanup: { completedJobDelayMinutes: 0, failedJobDelayMinutes: 0 },
    retry: { infrastructure: 1 },
    leaderElection: { leaseSeconds: 6, renewDeadlineSeconds: 4, retrySeconds: 1 },
    evidence: {
      bucket: { endpoint: bucket, name: "evidence", region: "test-1", pathStyle: true, writerSecret: "evidence-writer" }
    }
  })
  apply(surroundings)
  apply(
    rendered.filter(({ kind }) => kind !== "CustomResourceDefinition" && kind !== "PrometheusRule"),
    "-n",
    namespace,
    "--force-conflicts"
  )
  apply(onCall)
  const podName = yield* standIn

  const map = rendered.find(({ kind, metadata }) =>
    kind === "ConfigMap" && (metadata as { name: string }).name === "orchestrator-task-controller-config"
  ) as { readonly data: Readonly<Record<string, string>> } | undefined
  const events = join(folder, "events")
  mkdirSync(events)
  writeFileSync(join(events, "webhook.github"), "obviously-fake-webhook-secret\n")
  const config = join(folder, "config.yaml")
  const parsed = parse(map?.data["config.yaml"] ?? "")
  writeFileSync(
    config,
    JSON.stringify({
      ...parsed,
      server: { host: "127.0.0.1", port: yield* freePort },
      events: { ...parsed.events, folder: events },
      agent: { ...parsed.agent, runnerImage }
    })
  )

  const scopes = new Map<NodeName, Scope.Closeable>()
  const startNode = Effect.fnUntraced(function*(name: NodeName) {
    const scope = yield* Scope.make()
    scopes.set(name, scope)
    yield* Layer.buildWithScope(machine(name), scope)
    yield* eventually(
      "the node to be ready",
      client.get(NodeKind, { name }),
      ({ spec, status }) =>
        (spec?.taints ?? []).length === 0 &&
        status?.conditions?.some(({ status, type }) => type === "Ready" && status === "True") === true
    )
  })
  const stopNode = Effect.fnUntraced(function*(name: NodeName) {
    const scope = scopes.get(name)
    if (scope !== undefined) yield* Scope.close(scope, Exit.void)
    scopes.delete(name)
  })
  yield* Effect.addFinalizer(() => Effect.forEach(nodes, stopNode, { discard: true }))
  yield* Effect.forEach(nodes, startNode, { concurrency: "unbounded", discard: true })
  yield* Effect.forkScoped(Layer.launch(Layer.provide(provisioner, admin)))

  const clock = join(folder, "clock")
  writeFileSync(clock, "0")
  const module = join(import.meta.dirname, "../../chaos/ClockStep.ts")
  const start = () =>
    new Replica({
      kubeconfig: kubeconfigFor("orchestrator"),
      namespace,
      config,
      env: { HOSTNAME: podName, INSTALLATION: "orchestrator" },
      preload: { module, env: { WALL_CLOCK: clock } }
    })
  let replica = yield* Effect.acquireRelease(
    Effect.sync(start),
    () => Effect.promise(async () => void (await replica.stop("SIGKILL")))
  )
  const serving = Effect.promise(async () => {
    await replica.logged(/caches are synced/)
    await replica.logged(/"message":"leading"/)
    return await replica.url()
  })
  const url = yield* serving

  const program = process.env["ORCHESTRATOR_PROGRAM"] ?? join(root, "packages/cli/src/bin.ts")
  writeFileSync(join(bin, "orchestrator"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 })
  const env = {
    PATH: `${bin}:${assets()}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    KUBECONFIG: kubeconfigFor("on-call"),
    ORCHESTRATOR_SERVER: url,
    ORCHESTRATOR_NAMESPACE: namespace,
    ORCHESTRATOR_TOKEN: tokenOf("on-call"),
    NODE_COMPILE_CACHE: join(tmpdir(), "orchestrator-compiled")
  }

  const site = { namespace, users: [], config, asked: () => [], accepted: () => [] }
  const run = (name: string) => client.get(CodeRunKind, { name, namespace })
  return {
    client,
    url,
    log: () => replica.log,
    /** Types it, as the person on call. */
    type: (command: string): Effect.Effect<Shown> =>
      Effect.map(attempt("bash", ["-c", command], { cwd: folder, env }), ({ stderr, stdout }) => ({
        command,
        output: normalised(`${stdout}${stdout === "" || stdout.endsWith("\n") ? "" : "\n"}${stderr}`)
      })),
    metrics: Effect.promise(async () => await (await fetch(`${url}/metrics`)).text()),
    create: (name: string, service: string, spec: object = {}): Effect.Effect<CustomObject, unknown> =>
      client.create(
        CodeRunKind,
        codeRun(site, name, {
          service,
          repositoryUrl: "file:///demo/hello-api.git",
          docsRepositoryUrl: "file:///demo/docs.git",
          docsProjectDirectory: "_projects/hello-api",
          ...spec
        })
      ),
    run,
    until: (name: string, what: string) =>
      eventually(
        `${name} to be ${what}`,
        run(name),
        (found) => phaseOf(found) === what || reasonOf(found) === what,
        120
      ),
    restart: Effect.andThen(
      Effect.promise(async () => {
        await replica.stop()
        replica = start()
      }),
      serving
    ),
    stopNode,
    startNode,
    stepClock: (seconds: number) => {
      writeFileSync(clock, String(seconds))
      replica.signal("SIGUSR2")
    }
  }
})
export type Rehearsed = Effect.Success<ReturnType<typeof makeInstallation>>
