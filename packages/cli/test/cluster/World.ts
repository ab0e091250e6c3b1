/**
 * The real control plane with one node, whose containers follow a script in the run's own environment, and places to work in: each site is
 * a namespace with a user who may do there what the product needs, and nothing else.
 */
import { Attempt } from "@orchestrator/domain/Attempt"
import { ourSelector, runUidLabel } from "@orchestrator/domain/Labels"
import { layerPodLogsMemory } from "@orchestrator/embedded/EmbeddedPodLogs"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { layerTest } from "@orchestrator/embedded/node/ScriptedRuntime"
import { CodeRunKind, DocsRunKind, JobKind, type Kind, NamespaceKind, NodeKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { CustomObject, KubernetesObject, Node } from "@orchestrator/k8s/Objects"
import { Effect, Layer, Schedule, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import type { Permission } from "../../src/serve/Permissions.ts"
import { script } from "./Agents.ts"
import { acceptedWrites, type Asked, askedSince, auditSize } from "./Audit.ts"
import { controlPlane, makeUser, type User } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { Replica } from "./Replica.ts"
import { allow, makeRole, user } from "./Rights.ts"

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

/** Keeps a site's pods to this node, whatever else is in the cluster. */
export const onNode = (name: string) => ({ "kubernetes.io/hostname": name })

const nodeName = `node-${randomBytes(3).toString("hex")}`

/** The cluster with its scripted node. */
export const scripted = Layer.mergeAll(Kubelet.layer({ nodeName }), joined(nodeName)).pipe(
  Layer.provideMerge(layerTest(script)),
  Layer.provideMerge(layerPodLogsMemory),
  Layer.provideMerge(admin)
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

/** How the agents of the scripted node are run. */
export const agent = { terminationGracePeriodSeconds: 5, nodeSelector: onNode(nodeName) }

const settings = {
  server: { host: "127.0.0.1", port: 0 },
  agent,
  cleanup: { completedJobDelayMinutes: 0, failedJobDelayMinutes: 0 },
  retry: { infrastructure: 0 },
  leaderElection: { enabled: false }
}

/** A namespace of its own for a test, with a user for each replica. */
export const makeSite = Effect.fnUntraced(function*(
  name: string,
  config: object = {},
  replicas = 1,
  rights: ReadonlyArray<Permission> = []
) {
  const client = yield* KubernetesClient
  const namespace = `${name}-${randomBytes(3).toString("hex")}`
  yield* Effect.acquireRelease(
    client.create(NamespaceKind, { metadata: { name: namespace } }),
    () => Effect.ignore(client.delete(NamespaceKind, { name: namespace }))
  )
  const users = Array.from({ length: replicas }, (_, index) => makeUser(`${namespace}-${index}`))
  const names = users.map((user) => user.name)
  yield* makeRole(namespace, rights)
  yield* allow(namespace, names.map(user))
  const file = `${users[0]?.kubeconfig}-config.yaml`
  writeFileSync(file, JSON.stringify({ ...settings, ...config }))
  const begin = auditSize()
  const asked = () => askedSince(begin, names)
  return { namespace, users, config: file, asked, accepted: () => acceptedWrites(asked()) } satisfies Site
})

/** Starts `orchestrator serve`; it is stopped with the scope. */
export const startReplica = (
  { config, namespace, users }: Site,
  kubeconfig = users[0]?.kubeconfig ?? "",
  more: { readonly program?: string } = {}
) =>
  Effect.acquireRelease(
    Effect.sync(() => new Replica({ kubeconfig, namespace, config, ...more })),
    (replica) => Effect.promise(() => replica.stop("SIGKILL"))
  )

/** What `/ready` answers. */
export const ready = (replica: Replica): Effect.Effect<number, unknown> =>
  Effect.tryPromise(async () => (await fetch(`${await replica.url()}/ready`)).status)

export const codeRun = ({ namespace }: Site, name: string, spec: object = {}, how = "deliver 300"): CustomObject => ({
  metadata: { name, namespace },
  spec: {
    taskId: 1,
    service: "api",
    repositoryUrl: "https://github.com/acme/api.git",
    docsRepositoryUrl: "https://github.com/acme/docs.git",
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
    repositoryUrl: "https://github.com/acme/docs.git",
    workingDirectory: "_projects/api",
    sourceBranch: "main",
    model: "claude-opus-4-20250514",
    githubUser: "ada"
  }
})

export const phaseOf = ({ status }: CustomObject): unknown => status?.["phase"]
export const reasonOf = ({ status }: CustomObject): unknown => status?.["reason"]

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

export const conditionsOf = (status: CustomObject["status"]): ReadonlyArray<Condition> =>
  Array.isArray(status?.["conditions"]) ? status["conditions"] : []

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
    times: 600
  })

const decodeAttempts = Schema.decodeUnknownSync(Schema.Array(Attempt))

/** The attempts that a status records. */
export const attemptsOf = (status: CustomObject["status"]): ReadonlyArray<Attempt> =>
  decodeAttempts(status?.["attempts"] ?? [])
