import { assert, it } from "@effect/vitest"
import { ConfigMapKind, NodeKind, PodKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Fiber, Layer, Stream } from "effect"
import { layerMemory } from "../../src/EmbeddedCluster.ts"
import { EmbeddedStore } from "../../src/EmbeddedStore.ts"
import { layerTest, type Script, ScriptedNode } from "../../src/node/ScriptedRuntime.ts"
import { conditionIn, create, find, main, namespace, pass, settle } from "../actors/World.ts"
import { init, makePod, node, nodeName, phase, pod, requests, started, stateOf, world } from "./OnePod.ts"

it.effect("a node is ready, with an internal address and no host name", () =>
  Effect.gen(function*() {
    yield* settle
    const found = yield* KubernetesClient.pipe(Effect.flatMap((client) => client.get(NodeKind, { name: nodeName })))
    assert.deepStrictEqual(found.status?.addresses, [{ type: "InternalIP", address: "127.0.0.1" }])
    assert.strictEqual(found.status?.conditions?.find(({ type }) => type === "Ready")?.status, "True")
  }).pipe(Effect.provide(world())))

it.effect("pods of other nodes are left alone", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ nodeName: "node-2" }))
    yield* pass("5 seconds")
    assert.deepStrictEqual(yield* started, [])
  }).pipe(Effect.provide(world())))

it.effect("init containers run one after the other, then the main ones together", () =>
  Effect.gen(function*() {
    yield* create(
      PodKind,
      makePod({ initContainers: [init("first"), init("second")], containers: [main, { ...main, name: "other" }] })
    )
    assert.deepStrictEqual(yield* started, ["first"])
    assert.strictEqual(yield* phase, "Pending")
    assert.deepStrictEqual((yield* stateOf("main"))?.waiting?.reason, "PodInitializing")
    assert.strictEqual(
      conditionIn(yield* pod, "Initialized")?.message,
      "containers with incomplete status: [first second]"
    )
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* started, ["first", "second"])
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* started, ["first", "second", "main", "other"])
    assert.strictEqual(yield* phase, "Running")
    assert.strictEqual(conditionIn(yield* pod, "Initialized")?.status, "True")
    yield* pass("1 seconds")
    assert.strictEqual(yield* phase, "Succeeded")
    assert.strictEqual(conditionIn(yield* pod, "Ready")?.reason, "PodCompleted")
  }).pipe(Effect.provide(world())))

it.effect("an init container that fails ends the pod before its main container", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ initContainers: [init("first")] }))
    yield* pass("1 seconds")
    assert.strictEqual(yield* phase, "Failed")
    assert.deepStrictEqual(yield* started, ["first"])
    assert.strictEqual((yield* stateOf("first"))?.terminated?.exitCode, 2)
  }).pipe(Effect.provide(world(() => ({ exitCode: 2 })))))

it.effect("a missing secret is said, and waited for without a timer", () =>
  Effect.gen(function*() {
    const reference = { name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } }
    yield* create(PodKind, makePod({ containers: [{ ...main, env: [reference] }] }))
    assert.deepStrictEqual((yield* stateOf("main"))?.waiting, {
      reason: "CreateContainerConfigError",
      message: "secret \"keys\" not found"
    })
    assert.strictEqual(yield* phase, "Pending")
    const secret = { metadata: { name: "keys", namespace } }
    yield* create(SecretKind, { ...secret, data: { other: "eA==" } })
    assert.strictEqual(
      (yield* stateOf("main"))?.waiting?.message,
      "couldn't find key token in Secret default/keys"
    )
    const client = yield* KubernetesClient
    yield* client.replace(SecretKind, { ...secret, data: { token: "bm90LWEtc2VjcmV0" } })
    yield* settle
    assert.deepStrictEqual((yield* requests)[0]?.env, { KEY: "not-a-secret" })
    assert.strictEqual(yield* phase, "Running")
  }).pipe(Effect.provide(world())))

it.effect("a ConfigMap that comes after its pod is waited for, and its files are handed over", () =>
  Effect.gen(function*() {
    yield* create(
      PodKind,
      makePod({
        volumes: [
          { name: "config", configMap: { name: "files", defaultMode: 0o555 } },
          { name: "ssh", secret: { secretName: "none", optional: true } }
        ]
      })
    )
    assert.strictEqual((yield* stateOf("main"))?.waiting?.reason, "ContainerCreating")
    yield* create(ConfigMapKind, { metadata: { name: "files", namespace }, data: { "run.sh": "true" } })
    const [request] = yield* requests
    const file = request?.files.get("config")?.get("run.sh")
    assert.strictEqual(new TextDecoder().decode(file?.bytes), "true")
    assert.strictEqual(file?.mode, 0o555)
    assert.strictEqual(request?.files.get("ssh")?.size, 0)
    assert.strictEqual(yield* phase, "Running")
  }).pipe(Effect.provide(world())))

it.effect("a projected volume has the files of all its sources, and waits for those that are not optional", () =>
  Effect.gen(function*() {
    const credentials = {
      name: "credentials",
      projected: {
        defaultMode: 0o440,
        sources: [
          {
            secret: { name: "keys", items: [{ key: "a", path: "model" }, { key: "none", path: "x" }], optional: true }
          },
          { secret: { name: "none", items: [{ key: "token", path: "token" }], optional: true } },
          { configMap: { name: "hosts", items: [{ key: "hosts", path: "hosts", mode: 0o444 }] } }
        ]
      }
    }
    yield* create(SecretKind, { metadata: { name: "keys", namespace }, data: { a: "bm90LWEtc2VjcmV0", b: "eA==" } })
    yield* create(PodKind, makePod({ volumes: [credentials] }))
    assert.deepStrictEqual(yield* started, [])
    yield* create(ConfigMapKind, { metadata: { name: "hosts", namespace }, data: { hosts: "h" } })
    const files = (yield* requests)[0]?.files.get("credentials")
    assert.deepStrictEqual(
      [...files ?? []].map(([path, { bytes, mode }]) => [path, new TextDecoder().decode(bytes), mode]),
      [
        ["model", "not-a-secret", 0o440],
        ["hosts", "h", 0o444]
      ]
    )
  }).pipe(Effect.provide(world())))

it.effect("the environment has literals, references into it, fields of the pod, and no optional key that is not there", () =>
  Effect.gen(function*() {
    yield* create(
      PodKind,
      makePod({
        containers: [{
          ...main,
          args: ["--name=$(NAME)", "$$(NAME)"],
          env: [
            { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "APP", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
            { name: "BOTH", value: "$(NAME)-$(APP)-$(NONE)" },
            { name: "LATER", valueFrom: { secretKeyRef: { name: "none", key: "k", optional: true } } },
            { name: "MAYBE", valueFrom: { configMapKeyRef: { name: "none", key: "k", optional: true } } }
          ]
        }]
      })
    )
    const [request] = yield* requests
    assert.deepStrictEqual(request?.env, { NAME: "pod", APP: "test", BOTH: "pod-test-$(NONE)" })
    assert.deepStrictEqual(request?.container.args, ["--name=pod", "$(NAME)"])
  }).pipe(Effect.provide(world())))

it.effect("an image that cannot be pulled is an error first and then a wait, until it can", () =>
  Effect.gen(function*() {
    const { script } = yield* ScriptedNode
    yield* create(PodKind, makePod())
    assert.strictEqual((yield* stateOf("main"))?.waiting?.reason, "ErrImagePull")
    yield* pass("2 seconds")
    assert.strictEqual((yield* stateOf("main"))?.waiting?.reason, "ImagePullBackOff")
    assert.strictEqual(yield* phase, "Pending")
    yield* script(() => undefined)
    yield* pass("8 seconds")
    assert.strictEqual(yield* phase, "Running")
  }).pipe(
    Effect.provide(world(() => ({ refuse: { reason: "ErrImagePull", message: "no such image", retry: true } })))
  ))

it.effect("a container that can never start fails its pod", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod())
    assert.deepInclude((yield* stateOf("main"))?.terminated, { exitCode: 128, reason: "StartError" })
    assert.strictEqual(yield* phase, "Failed")
  }).pipe(Effect.provide(world(() => ({ refuse: { reason: "StartError", message: "no command", retry: false } })))))

it.effect("the pod's own deadline ends it", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ activeDeadlineSeconds: 20 }))
    yield* pass("19 seconds")
    assert.strictEqual(yield* phase, "Running")
    yield* pass("1 seconds")
    assert.deepInclude((yield* pod)?.status, { phase: "Failed", reason: "DeadlineExceeded" })
  }).pipe(Effect.provide(world(() => ({ after: "never" })))))

it.effect("OnFailure starts a failed container again, after a while", () =>
  Effect.gen(function*() {
    const { script } = yield* ScriptedNode
    yield* create(PodKind, makePod({ restartPolicy: "OnFailure" }))
    yield* pass("1 seconds")
    assert.strictEqual((yield* pod)?.status?.containerStatuses?.[0]?.restartCount, 1)
    yield* pass("1 seconds")
    assert.strictEqual((yield* stateOf("main"))?.waiting?.reason, "CrashLoopBackOff")
    assert.strictEqual(yield* phase, "Running")
    yield* script(() => undefined)
    yield* pass("10 seconds")
    yield* pass("1 seconds")
    assert.strictEqual(yield* phase, "Succeeded")
    assert.strictEqual((yield* pod)?.status?.containerStatuses?.[0]?.restartCount, 2)
  }).pipe(Effect.provide(world(() => ({ exitCode: 1 })))))

it.effect("a pod that is deleted while it waits for an object goes at once", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create(PodKind, makePod({ volumes: [{ name: "config", configMap: { name: "none" } }] }))
    yield* client.delete(PodKind, { name: "pod", namespace })
    yield* settle
    assert.isUndefined(yield* pod)
    assert.deepStrictEqual(yield* started, [])
  }).pipe(Effect.provide(world())))

it.effect("the last status is written before a deleted pod goes", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create(PodKind, makePod())
    const events = yield* Effect.forkChild(
      client.watch(PodKind, { namespace, resourceVersion: "0" }).pipe(
        Stream.takeUntil(({ type }) => type === "DELETED"),
        Stream.runCollect
      )
    )
    yield* settle
    yield* client.delete(PodKind, { name: "pod", namespace })
    yield* settle
    const seen = yield* Fiber.join(events)
    const last = seen.filter(({ type }) => type === "MODIFIED").at(-1)
    assert.strictEqual(last?.object.status?.phase, "Failed")
    assert.strictEqual(last?.object.status?.containerStatuses?.[0]?.state?.terminated?.message, "saved")
    assert.isUndefined(yield* pod)
  }).pipe(Effect.provide(world(() => ({ after: "never", onTerminate: { exitCode: 143, message: "saved" } })))))

it.effect("a pod that is removed by force is killed at once", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create(PodKind, makePod())
    yield* client.delete(PodKind, { name: "pod", namespace }, { gracePeriodSeconds: 0 })
    yield* settle
    const [first] = yield* ScriptedNode.pipe(Effect.flatMap(({ started }) => started))
    assert.isFalse(first?.isRunning())
  }).pipe(Effect.provide(world(() => ({ after: "never", onTerminate: "ignore" })))))

it.effect("a pod that has ended goes also where its API server died between marking and removing it", () =>
  Effect.gen(function*() {
    const { objects } = yield* EmbeddedStore
    yield* create(PodKind, makePod())
    yield* pass("1 seconds")
    assert.strictEqual(yield* phase, "Succeeded")
    const previous = objects.get("/pods", namespace, "pod") ?? assert.fail("expected the pod to be stored")
    const metadata = { ...previous.metadata, deletionTimestamp: "1970-01-01T00:00:02Z", deletionGracePeriodSeconds: 0 }
    objects.apply(objects.stage([{
      type: "MODIFIED",
      resource: "/pods",
      object: { ...previous, metadata },
      previous
    }]))
    yield* settle
    assert.isUndefined(yield* pod)
  }).pipe(Effect.provide(world())))

/** The cluster goes on while its node is away. */
const lifetimes = (script: Script) => Layer.provideMerge(layerTest(script), layerMemory).pipe(Layer.fresh)

it.effect("after a restart of the node what ran is lost, and what waited is started", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* Effect.gen(function*() {
      yield* create(PodKind, makePod())
      assert.strictEqual(yield* phase, "Running")
    }).pipe(Effect.provide(node))
    yield* client.create(PodKind, { ...makePod(), metadata: { name: "fresh", namespace } })
    yield* settle

    yield* Effect.gen(function*() {
      yield* settle
      assert.strictEqual(yield* phase, "Failed")
      assert.deepInclude((yield* stateOf("main"))?.terminated, { exitCode: 137, reason: "ContainerStatusUnknown" })
      assert.strictEqual((yield* find(PodKind, "fresh"))?.status?.phase, "Running")
      assert.lengthOf(yield* started, 2)
    }).pipe(Effect.provide(Layer.fresh(node)))
  }).pipe(Effect.provide(lifetimes(() => ({ after: "never" })))))

it.effect("whoever follows a container's log is done when it has ended, printed or not, also after a restart", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const follow = client.podLogs({ name: "pod", namespace }, { follow: true }).pipe(
      Stream.decodeText(),
      Stream.mkString
    )
    yield* Effect.gen(function*() {
      yield* create(PodKind, makePod())
      const reading = yield* Effect.forkChild(follow)
      yield* pass("1 seconds")
      assert.strictEqual(yield* Fiber.join(reading), "")
      assert.strictEqual(yield* follow, "")
      const logs = yield* PodLogs
      yield* logs.remove((yield* pod)?.metadata.uid ?? "")
    }).pipe(Effect.provide(node))
    yield* Effect.andThen(settle, follow).pipe(Effect.provide(Layer.fresh(node)))
  }).pipe(Effect.provide(lifetimes(() => undefined))))
