import { assert } from "@effect/vitest"
import {
  ConfigMapKind,
  EventKind,
  JobKind,
  NamespaceKind,
  NodeKind,
  PersistentVolumeClaimKind,
  PodKind,
  SecretKind,
  TokenReviewKind
} from "@orchestrator/k8s/Kinds"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Job, Pod } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import {
  configMap,
  type ContractCase,
  contractCase,
  invalidFields,
  job,
  namesOf,
  pod,
  podSpec,
  refused,
  type World
} from "./World.ts"

const wrongPods: ReadonlyArray<readonly [string, Partial<Pod["spec"]>, string]> = [
  ["without containers", { containers: [] }, "spec.containers"],
  ["with a container without an image", { containers: [{ name: "a", image: "" }] }, "spec.containers[0].image"],
  ["with a bad container name", { containers: [{ name: "A_b", image: "x" }] }, "spec.containers[0].name"],
  [
    "with two containers of one name",
    { containers: [{ name: "a", image: "x" }, { name: "a", image: "y" }] },
    "spec.containers[1].name"
  ],
  [
    "with a mount of no volume",
    { containers: [{ name: "a", image: "x", volumeMounts: [{ name: "absent", mountPath: "/x" }] }] },
    "spec.containers[0].volumeMounts[0].name"
  ],
  ["with an unknown restart policy", { restartPolicy: "Sometimes" }, "spec.restartPolicy"]
]

const complete = (now: string): Job["status"] => ({
  startTime: now,
  completionTime: now,
  succeeded: 1,
  conditions: [
    { type: "SuccessCriteriaMet", status: "True", lastTransitionTime: now, lastProbeTime: now },
    { type: "Complete", status: "True", lastTransitionTime: now, lastProbeTime: now }
  ]
})

const suspended = (world: World) => world.client.create(JobKind, job(world, "a", { suspend: true }))

export const kindCases: ReadonlyArray<ContractCase> = [
  contractCase("a pod is pending, with the defaults that kubectl shows", function*(world) {
    const { spec, status } = yield* world.client.create(PodKind, pod(world, "a", { schedulerName: "nobody" }))
    assert.strictEqual(status?.phase, "Pending")
    assert.deepStrictEqual([spec.terminationGracePeriodSeconds, spec.enableServiceLinks], [30, true])
    const [container] = spec.containers
    assert.deepStrictEqual(
      [container?.imagePullPolicy, container?.terminationMessagePath, container?.terminationMessagePolicy],
      ["IfNotPresent", "/dev/termination-log", "File"]
    )
  }),
  contractCase("an image without a tag is always pulled", function*(world) {
    const containers = [{ name: "a", image: "example.com:5000/agent" }]
    const { spec } = yield* world.client.create(PodKind, pod(world, "a", { containers, schedulerName: "nobody" }))
    assert.strictEqual(spec.containers[0]?.imagePullPolicy, "Always")
  }),
  ...wrongPods.map(([what, spec, field]) =>
    contractCase(`a pod ${what} is invalid`, function*(world) {
      yield* invalidFields(world.client.create(PodKind, pod(world, "a", spec)), field)
    })
  ),
  contractCase("pods are selected by node and phase", function*(world) {
    const { client, namespace } = world
    yield* client.create(PodKind, pod(world, "a", { nodeName: "node-that-is-not-there" }))
    yield* client.create(PodKind, pod(world, "b", { schedulerName: "nobody" }))
    const select = (fieldSelector: string) =>
      Effect.map(client.list(PodKind, { namespace, fieldSelector }), ({ items }) => namesOf(items))
    assert.deepStrictEqual(yield* select("spec.nodeName=node-that-is-not-there"), ["a"])
    assert.deepStrictEqual(yield* select("spec.nodeName="), ["b"])
    assert.deepStrictEqual(yield* select("status.phase=Pending"), ["a", "b"])
    yield* client.delete(PodKind, { name: "a", namespace }, { gracePeriodSeconds: 0 })
  }),
  contractCase("a Job gets its defaults, its selector, and its pods' labels", function*(world) {
    const { metadata, spec } = yield* suspended(world)
    const { uid = "" } = metadata
    assert.deepStrictEqual([spec.backoffLimit, spec.completions, spec.parallelism], [6, 1, 1])
    assert.deepStrictEqual(spec.selector?.matchLabels, { "batch.kubernetes.io/controller-uid": uid })
    assert.deepStrictEqual(spec.template.metadata?.labels, {
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": "a",
      "controller-uid": uid,
      "job-name": "a"
    })
    assert.strictEqual(metadata.generation, 1)
  }),
  contractCase("a Job's template is fixed, but for where a suspended one runs", function*(world) {
    const { client, namespace } = world
    yield* suspended(world)
    const patch = (template: object) =>
      client.patch(JobKind, { name: "a", namespace }, { type: "strategic", body: { spec: { template } } })
    yield* refused(patch({ spec: { containers: [{ name: "main", image: "example.com/other:1" }] } }), "Invalid")
    const moved = yield* patch({ spec: { nodeSelector: { zone: "a" } } })
    assert.deepStrictEqual(moved.spec.template.spec.nodeSelector, { zone: "a" })
  }),
  contractCase("a Job may be resumed and its limits changed, its completions not", function*(world) {
    const { client, namespace } = world
    yield* suspended(world)
    const patch = (spec: object) => client.patch(JobKind, { name: "a", namespace }, { type: "merge", body: { spec } })
    const changed = yield* patch({ backoffLimit: 1, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 5 })
    assert.deepStrictEqual([changed.spec.backoffLimit, changed.metadata.generation], [1, 2])
    yield* invalidFields(patch({ completions: 2 }), "spec.completions")
  }),
  contractCase("a Job's pods never restart always", function*(world) {
    const template = (restartPolicy: string) => ({ spec: { ...podSpec, restartPolicy } })
    const always = world.client.create(JobKind, job(world, "a", { template: template("Always") }))
    yield* invalidFields(always, "spec.template.spec.restartPolicy")
    const spec = { template: template("OnFailure"), podFailurePolicy: { rules: [] } }
    yield* invalidFields(world.client.create(JobKind, job(world, "a", spec)), "spec.template.spec.restartPolicy")
  }),
  contractCase("a Job completes only as a whole, and for good", function*(world) {
    const { client, namespace } = world
    const created = yield* suspended(world)
    const now = created.metadata.creationTimestamp ?? ""
    // Where a Job controller runs, it may write in between.
    const write = (status: Job["status"]) =>
      Effect.flatMap(
        client.get(JobKind, { name: "a", namespace }),
        (found) => client.replaceStatus(JobKind, { ...found, ...(status === undefined ? {} : { status }) })
      ).pipe(Effect.retry({ while: hasReason("Conflict"), times: 5 }))
    const { conditions = [], ...rest } = complete(now) ?? {}
    yield* refused(write({ ...rest, conditions: conditions.slice(1) }), "Invalid")
    yield* refused(write({ startTime: now, completionTime: now }), "Invalid")
    yield* write(complete(now))
    yield* refused(write({ startTime: now }), "Invalid")
  }),
  contractCase("one merge patch releases a Job and sets its time to live", function*(world) {
    const { client, namespace } = world
    const { spec } = job(world, "a", { suspend: true })
    yield* client.create(JobKind, { metadata: { name: "a", namespace, finalizers: ["example.com/hold"] }, spec })
    const body = { metadata: { finalizers: [] }, spec: { ttlSecondsAfterFinished: 60 } }
    const released = yield* client.patch(JobKind, { name: "a", namespace }, { type: "merge", body })
    assert.deepStrictEqual([released.metadata.finalizers ?? [], released.spec.ttlSecondsAfterFinished], [[], 60])
  }),
  contractCase("a claim asks for a size and a mode, and is pending", function*({ client, namespace }) {
    const resources = { requests: { storage: "1Gi" } }
    const spec = { accessModes: ["ReadWriteOnce"], resources, storageClassName: "nobody" }
    const created = yield* client.create(PersistentVolumeClaimKind, { metadata: { name: "a", namespace }, spec })
    assert.deepStrictEqual([created.status?.phase, created.spec.volumeMode], ["Pending", "Filesystem"])
    const metadata = { name: "b", namespace }
    yield* invalidFields(
      client.create(PersistentVolumeClaimKind, { metadata, spec: { resources } }),
      "spec.accessModes"
    )
    const body = { spec: { accessModes: ["ReadWriteMany"] } }
    const patch = client.patch(PersistentVolumeClaimKind, { name: "a", namespace }, { type: "merge", body })
    yield* invalidFields(patch, "spec")
  }),
  contractCase("ConfigMap keys and sizes have limits", function*(world) {
    const { client } = world
    yield* invalidFields(client.create(ConfigMapKind, configMap(world, "a", { "bad/key": "" })), "data[bad/key]")
    yield* refused(client.create(ConfigMapKind, configMap(world, "a", { big: "x".repeat(1024 * 1024 + 1) })), "Invalid")
    yield* client.create(ConfigMapKind, configMap(world, "a", { big: "x".repeat(1024 * 1024 - 10) }))
  }),
  contractCase("a request of more than 3 MiB is too large", function*(world) {
    const { client } = world
    const error = yield* refused(
      client.create(ConfigMapKind, configMap(world, "a", { big: "x".repeat(4 << 20) })),
      "Refused"
    )
    assert.strictEqual(error.reason._tag === "Refused" ? error.reason.status : 0, 413)
  }),
  contractCase("a typed Secret needs its keys", function*({ client, namespace }) {
    const metadata = { name: "a", namespace }
    const secret = { metadata, type: "kubernetes.io/ssh-auth", stringData: { other: "x" } }
    yield* invalidFields(client.create(SecretKind, secret), "data[ssh-privatekey]")
  }),
  contractCase("an Event is about an object of its namespace", function*({ client, namespace }) {
    const involvedObject = { apiVersion: "v1", kind: "Pod", name: "a", namespace, uid: "u" }
    const event = {
      metadata: { name: "a", namespace },
      involvedObject,
      reason: "Started",
      type: "Normal",
      message: "x"
    }
    yield* client.create(EventKind, event)
    const { items } = yield* client.list(EventKind, {
      namespace,
      fieldSelector: "involvedObject.name=a,reason=Started"
    })
    assert.deepStrictEqual(namesOf(items), ["a"])
    const other = {
      ...event,
      metadata: { name: "b", namespace },
      involvedObject: { ...involvedObject, namespace: "other" }
    }
    yield* invalidFields(client.create(EventKind, other), "involvedObject.namespace")
  }),
  contractCase("a namespace is active and carries its name", function*({ client, namespace }) {
    const { metadata, status } = yield* client.get(NamespaceKind, { name: namespace })
    assert.deepStrictEqual([status?.phase, metadata.labels?.["kubernetes.io/metadata.name"]], ["Active", namespace])
  }),
  contractCase("a node belongs to no namespace, and has a status", function*({ client, namespace }) {
    const name = `node-of-${namespace}`
    yield* client.create(NodeKind, { metadata: { name } })
    const status = { capacity: { cpu: "2", pods: "10" }, conditions: [{ type: "Ready", status: "True" }] }
    const patched = yield* client.patchStatus(NodeKind, { name }, { type: "merge", body: { status } })
    assert.deepStrictEqual([patched.metadata.namespace, patched.status?.capacity], [undefined, status.capacity])
    yield* client.delete(NodeKind, { name })
  }),
  contractCase("a token that nobody has is not authenticated, and reviews are not stored", function*({ client }) {
    const answer = yield* client.create(TokenReviewKind, { metadata: {}, spec: { token: "nobody-has-this-token" } })
    assert.notStrictEqual(answer.status?.authenticated, true)
    yield* refused(client.list(TokenReviewKind), "MethodNotAllowed", "NotFound")
  })
]
