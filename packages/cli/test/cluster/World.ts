/**
 * The real control plane with one node, whose containers follow a script in the run's own environment, and places to work in: each site is
 * a namespace with a user who may do there what the product needs, and nothing else.
 */
import { Attempt } from "@orchestrator/domain/Attempt"
import { ourSelector, runUidLabel } from "@orchestrator/domain/Labels"
import { layerPodLogsMemory } from "@orchestrator/k8s/embedded/EmbeddedPodLogs"
import { CodeRunKind, DocsRunKind, JobKind, type Kind, NamespaceKind, NodeKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Kubelet } from "@orchestrator/k8s/node/Kubelet"
import { layerTest, type Outcome, type Script } from "@orchestrator/k8s/node/ScriptedRuntime"
import type { CustomObject, KubernetesObject, Node } from "@orchestrator/k8s/Objects"
import { Duration, Effect, Layer, Schedule, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { acceptedWrites, type Asked, askedSince, auditSize } from "./Audit.ts"
import { controlPlane, kubectl, makeUser, type User } from "./ControlPlane.ts"
import { Replica } from "./Replica.ts"

export const admin = liveClient({ kubeconfig: controlPlane().kubeconfig })

/** Waits until the Node takes pods, and removes it when the tests are over: nobody would run what is bound to it. */
export const joined = (nodeName: string) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* Effect.addFinalizer(() => Effect.ignore(client.delete(NodeKind, { name: nodeName })))
    const isReady = ({ spec, status }: Node) =>
      (spec?.taints ?? []).length === 0 && status?.conditions?.some(({ type }) => type === "Ready") === true
    yield* eventually("the node to be ready", client.get(NodeKind, { name: nodeName }), isReady)
  }))

/**
 * How an agent does, by the variable SCRIPT of its run: `deliver`, `fail`, `never`, or `meek`, who ends with 0 when told to stop; and the
 * milliseconds it takes.
 */
const script: Script = ({ container, env }) => {
  if (container.name !== "claude") return { after: "10 millis" }
  const [how, millis] = (env["SCRIPT"] ?? "deliver 300").split(" ")
  const after = how === "never" || how === "meek" ? "never" : Duration.millis(Number(millis ?? 300))
  if (how === "meek") return { after, onTerminate: { exitCode: 0 } }
  return how === "fail" ? failed(after) : delivered(env, after)
}

const failed = (after: NonNullable<Outcome["after"]>): Outcome => ({
  after,
  exitCode: 1,
  message: JSON.stringify({ outcome: "Failed", reason: "SetupFailed", message: "It was not to be." })
})

const delivered = (env: Readonly<Record<string, string>>, after: NonNullable<Outcome["after"]>): Outcome => ({
  after,
  exitCode: 0,
  message: JSON.stringify({
    outcome: "Completed",
    message: "Done.",
    sessionId: env["SESSION_ID"],
    resumed: false,
    usage: { costUsd: 0.25, turns: 4 },
    delivery: { branch: "feature/task-1-implementation", headCommit: "0123456789abcdef", changed: true }
  }),
  onTerminate: {
    after: "100 millis",
    exitCode: 143,
    message: JSON.stringify({
      outcome: "Interrupted",
      message: "The work was saved.",
      delivery: { branch: "feature/task-1-implementation", headCommit: "fedcba9876543210", changed: true }
    })
  }
})

/** Keeps a site's pods to this node, whatever else is in the cluster. */
export const onNode = (name: string) => ({ "kubernetes.io/hostname": name })

const nodeName = `node-${randomBytes(3).toString("hex")}`

/** The cluster with its scripted node. */
export const scripted = Layer.mergeAll(Kubelet.layer({ nodeName }), joined(nodeName)).pipe(
  Layer.provideMerge(layerTest(script)),
  Layer.provideMerge(layerPodLogsMemory),
  Layer.provideMerge(admin)
)

/** What the product may do in its namespace. */
const rules = [
  {
    apiGroups: ["orchestrator.platform"],
    resources: ["coderuns", "docsruns"],
    verbs: ["get", "list", "watch", "create", "patch", "delete"]
  },
  { apiGroups: ["orchestrator.platform"], resources: ["coderuns/status", "docsruns/status"], verbs: ["update"] },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "list", "watch", "create", "patch"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch", "create"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["get", "list", "watch", "create", "patch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    resourceNames: ["orchestrator-controller"],
    verbs: ["get", "list", "watch", "update"]
  }
]

/** The owner of a Job with blockOwnerDeletion may be asked for its finalizers. */
const ownerRules = [
  {
    apiGroups: ["orchestrator.platform"],
    resources: ["coderuns/finalizers", "docsruns/finalizers"],
    verbs: ["update"]
  },
  { apiGroups: ["batch"], resources: ["jobs/finalizers"], verbs: ["update"] }
]

const allow = (namespace: string, users: ReadonlyArray<string>) =>
  kubectl(
    ["apply", "-f", "-"],
    JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "Role",
          metadata: { name: "orchestrator", namespace },
          rules: [...rules, ...ownerRules]
        },
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "RoleBinding",
          metadata: { name: "orchestrator", namespace },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "orchestrator" },
          subjects: users.map((name) => ({ kind: "User", name, apiGroup: "rbac.authorization.k8s.io" }))
        }
      ]
    })
  )

export interface Site {
  readonly namespace: string
  readonly users: ReadonlyArray<User>
  /** Path of the replicas' config.yaml. */
  readonly config: string
  readonly asked: () => ReadonlyArray<Asked>
  /** The replicas' writes that took effect. */
  readonly accepted: () => ReadonlyArray<Asked>
}

const settings = {
  server: { host: "127.0.0.1", port: 0 },
  agent: { terminationGracePeriodSeconds: 5, nodeSelector: onNode(nodeName) },
  cleanup: { completedJobDelayMinutes: 0, failedJobDelayMinutes: 0 },
  leaderElection: { enabled: false }
}

/** A namespace of its own for a test, with a user for each replica. */
export const makeSite = Effect.fnUntraced(function*(name: string, config: object = {}, replicas = 1) {
  const client = yield* KubernetesClient
  const namespace = `${name}-${randomBytes(3).toString("hex")}`
  yield* Effect.acquireRelease(
    client.create(NamespaceKind, { metadata: { name: namespace } }),
    () => Effect.ignore(client.delete(NamespaceKind, { name: namespace }))
  )
  const users = Array.from({ length: replicas }, (_, index) => makeUser(`${namespace}-${index}`))
  const names = users.map((user) => user.name)
  allow(namespace, names)
  const file = `${users[0]?.kubeconfig}-config.yaml`
  writeFileSync(file, JSON.stringify({ ...settings, ...config }))
  const begin = auditSize()
  const asked = () => askedSince(begin, names)
  return { namespace, users, config: file, asked, accepted: () => acceptedWrites(asked()) } satisfies Site
})

/** Starts `orchestrator serve`; it is stopped with the scope. */
export const startReplica = (site: Site, kubeconfig = site.users[0]?.kubeconfig ?? "") =>
  Effect.acquireRelease(
    Effect.sync(() => new Replica({ kubeconfig, namespace: site.namespace, config: site.config })),
    (replica) => Effect.promise(() => replica.stop("SIGKILL"))
  )

export const codeRun = ({ namespace }: Site, name: string, spec: object = {}, how = "deliver 300"): CustomObject => ({
  metadata: { name, namespace },
  spec: {
    taskId: 1,
    service: "api",
    repositoryUrl: "https://git.example.invalid/acme/api.git",
    docsRepositoryUrl: "https://git.example.invalid/acme/docs.git",
    workingDirectory: ".",
    model: "claude-sonnet-4-20250514",
    githubUser: "ada",
    env: { SCRIPT: how },
    ...spec
  }
})

export const docsRun = ({ namespace }: Site, name: string): CustomObject => ({
  metadata: { name, namespace },
  spec: {
    repositoryUrl: "https://git.example.invalid/acme/docs.git",
    workingDirectory: "_projects/api",
    sourceBranch: "main",
    model: "claude-opus-4-20250514",
    githubUser: "ada"
  }
})

/** Asks until the answer satisfies; fails with the last answer when that takes too long. */
export const eventually = <A, E, R>(
  what: string,
  ask: Effect.Effect<A, E, R>,
  satisfies: (answer: A) => boolean,
  seconds = 30
) =>
  Effect.gen(function*() {
    const end = performance.now() + seconds * 1000
    for (;;) {
      const answer = yield* Effect.result(ask)
      if (answer._tag === "Success" && satisfies(answer.success)) return answer.success
      if (performance.now() > end) {
        const found = answer._tag === "Success" ? answer.success : answer.failure
        return yield* Effect.die(
          new Error(`expected ${what} within ${seconds} s, found ${JSON.stringify(found, null, 1)}`)
        )
      }
      yield* Effect.sleep("50 millis")
    }
  })

export const phaseOf = ({ status }: CustomObject): unknown => status?.["phase"]
export const reasonOf = ({ status }: CustomObject): unknown => status?.["reason"]
export const over = (run: CustomObject): boolean => ["Succeeded", "Failed", "Cancelled"].includes(String(phaseOf(run)))

/** Short ways for tests to say what they do in a site. */
export const verbsOf = Effect.fnUntraced(function*(site: Site) {
  const client = yield* KubernetesClient
  const { namespace } = site
  const all = <A extends KubernetesObject>(kind: Kind<A>) =>
    Effect.map(client.list(kind, { namespace, labelSelector: ourSelector }), (list) => list.items)
  const run = (name: string) => client.get(CodeRunKind, { name, namespace })
  const docs = (name: string) => client.get(DocsRunKind, { name, namespace })
  const untilPhase = (name: string, phase: string, seconds?: number) =>
    eventually(`${name} to be ${phase}`, run(name), (found) => phaseOf(found) === phase, seconds)
  return {
    client,
    all,
    run,
    docs,
    untilPhase,
    create: (object: CustomObject) => client.create("taskId" in object.spec ? CodeRunKind : DocsRunKind, object),
    edit: (name: string, spec: object) =>
      client.patch(CodeRunKind, { name, namespace }, { type: "merge", body: { spec } }),
    untilRunning: (name: string) =>
      Effect.gen(function*() {
        const { metadata } = yield* untilPhase(name, "Running")
        return yield* eventually(
          `the pod of ${name} to run`,
          client.list(PodKind, { namespace, labelSelector: `${runUidLabel}=${metadata.uid}` }),
          ({ items }) => items.some(({ status }) => status?.phase === "Running")
        )
      }),
    untilGone: <A extends KubernetesObject>(kind: Kind<A>, seconds?: number) =>
      eventually(`no ${kind.plural}`, all(kind), (found) => found.length === 0, seconds),
    pod: Effect.flatMap(
      all(PodKind),
      ([found]) => found === undefined ? Effect.die(new Error("expected a pod, found none")) : Effect.succeed(found)
    ),
    untilReleased: (seconds?: number) =>
      eventually(
        "no Job to be held",
        all(JobKind),
        (jobs) => jobs.every(({ metadata }) => (metadata.finalizers ?? []).length === 0),
        seconds
      )
  }
})

/** Retries what a real server refuses for a moment: a namespace whose service account is not there yet, definitions not served yet. */
export const patiently = <A, R>(effect: Effect.Effect<A, KubernetesError, R>) =>
  Effect.retry(effect, {
    while: hasReason("NotFound", "TooManyRequests", "Unreachable", "ServerError"),
    schedule: Schedule.spaced("100 millis"),
    times: 50
  })

const decodeAttempts = Schema.decodeUnknownSync(Schema.Array(Attempt))

/** The attempts that a status records. */
export const attemptsOf = (status: CustomObject["status"]): ReadonlyArray<Attempt> =>
  decodeAttempts(status?.["attempts"] ?? [])
