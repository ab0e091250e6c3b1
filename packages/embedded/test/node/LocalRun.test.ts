/** A Job on the embedded cluster whose pod really runs: init container, sidecar, files, claim, last words, logs. */
import { assert, it } from "@effect/vitest"
import { ConfigMapKind, JobKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Job } from "@orchestrator/k8s/Objects"
import { Effect, Layer, Stream } from "effect"
import * as Actors from "../../src/actors/Actors.ts"
import { layerMemory } from "../../src/EmbeddedCluster.ts"
import { Kubelet } from "../../src/node/Kubelet.ts"
import * as ProcessRuntime from "../../src/node/ProcessRuntime.ts"
import { conditions, job, makeJob, namespace, pods } from "../actors/World.ts"
import { aliveIn, eventually, exists, type Mode, temporaryFolder } from "./Processes.ts"

const world = (stateFolder: string, sandbox: Mode) =>
  Layer.mergeAll(Actors.layer, Kubelet.layer({ nodeName: "node-1" })).pipe(
    Layer.provide(ProcessRuntime.layer({ stateFolder, sandbox, images: { example: {} } })),
    Layer.provideMerge(layerMemory),
    Layer.fresh
  )

const runner = (script: string): Job => {
  const image = "example"
  const volumeMounts = [
    { name: "config", mountPath: "/config" },
    { name: "workspace", mountPath: "/workspace" },
    { name: "runner", mountPath: "/opt/orchestrator" }
  ]
  return makeJob({}, {
    terminationGracePeriodSeconds: 5,
    volumes: [
      { name: "config", configMap: { name: "files", defaultMode: 0o555 } },
      { name: "workspace", persistentVolumeClaim: { claimName: "workspace-api" } },
      { name: "runner", emptyDir: {} }
    ],
    initContainers: [
      {
        name: "prepare",
        image,
        command: [
          "bash",
          "-c",
          "printf \"#!/bin/bash\\n%s\" \"$1\" > \"$0/runner\"; chmod +x \"$0/runner\"",
          "/opt/orchestrator"
        ],
        args: [script],
        volumeMounts
      },
      {
        name: "broker",
        image,
        command: [
          "bash",
          "-c",
          "trap \"exit 0\" TERM; touch \"$0/broker\"; while true; do sleep 0.02; done",
          "/workspace"
        ],
        restartPolicy: "Always",
        volumeMounts
      }
    ],
    containers: [{
      name: "main",
      image,
      command: ["/bin/bash", "/config/container.sh"],
      env: [{ name: "HOME", value: "/workspace/.home" }],
      volumeMounts
    }]
  })
}

const submit = (script: string) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* client.create(PersistentVolumeClaimKind, {
      metadata: { name: "workspace-api", namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
    })
    yield* client.create(JobKind, runner(script))
    yield* client.create(ConfigMapKind, {
      metadata: { name: "files", namespace },
      data: { "container.sh": "#!/bin/bash\nexec \"${ORCHESTRATOR_DIR:-/opt/orchestrator}/runner\"\n" }
    })
  })

const mainEnd = Effect.map(pods, ([pod]) => pod?.status?.containerStatuses?.[0]?.state?.terminated)
const logOfMain = (name: string) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const bytes = client.podLogs({ name, namespace }, { container: "main", follow: true })
    return yield* bytes.pipe(Stream.decodeText(), Stream.mkString)
  })
const finished = Effect.map(conditions, (all) => all.some((condition) => /^(Complete|Failed)/.test(condition)))

it.live.each<Mode>(["auto", "off"])("a Job runs to its end as processes, sandbox %s", (mode) =>
  Effect.gen(function*() {
    const state = yield* temporaryFolder
    yield* Effect.gen(function*() {
      yield* submit(
        [
          "while [ ! -e \"${WORKSPACE_DIR:-/workspace}/broker\" ]; do sleep 0.02; done",
          "mkdir -p \"$HOME\"; echo \"home is there\"",
          "printf \"done\" > \"${TERMINATION_MESSAGE_PATH:-/dev/termination-log}\""
        ].join("\n")
      )
      yield* eventually(finished)
      assert.include(yield* conditions, "Complete/CompletionsReached")
      assert.deepInclude(yield* mainEnd, { exitCode: 0, reason: "Completed", message: "done" })
      const [pod] = yield* pods
      assert.strictEqual(pod?.status?.initContainerStatuses?.[1]?.state?.terminated?.exitCode, 0)
      assert.deepInclude((yield* job)?.status, { succeeded: 1 })
      assert.strictEqual(yield* logOfMain(pod?.metadata.name ?? ""), "home is there\n")
      assert.strictEqual(yield* aliveIn(state), 0)
    }).pipe(Effect.provide(world(state, mode)))
  }).pipe(Effect.scoped))

it.live.each<Mode>(["auto", "off"])(
  "past its deadline a pod has its grace to save the work, sandbox %s",
  (mode) =>
    Effect.gen(function*() {
      const state = yield* temporaryFolder
      const claim = `${state}/volumes/${namespace}/workspace-api`
      yield* Effect.gen(function*() {
        yield* submit(
          [
            `trap 'sleep 0.2; touch "\${WORKSPACE_DIR:-/workspace}/saved"; exit 143' TERM`,
            `touch "\${WORKSPACE_DIR:-/workspace}/begun"`,
            "while true; do sleep 0.02; done"
          ].join("\n")
        )
        yield* eventually(exists(`${claim}/begun`))
        const client = yield* KubernetesClient
        yield* client.patch(JobKind, { name: "job", namespace }, {
          type: "merge",
          body: { spec: { activeDeadlineSeconds: 1 } }
        })
        yield* eventually(finished)
        assert.include(yield* conditions, "Failed/DeadlineExceeded")
        assert.isTrue(yield* exists(`${claim}/saved`))
        assert.strictEqual(yield* aliveIn(state), 0)
      }).pipe(Effect.provide(world(state, mode)))
    }).pipe(Effect.scoped)
)

it.live("leaving the node's scope stops everything at once", () =>
  Effect.gen(function*() {
    const state = yield* temporaryFolder
    yield* Effect.gen(function*() {
      yield* submit("trap \"\" TERM\nwhile true; do sleep 0.02; done")
      yield* eventually(Effect.map(pods, ([pod]) => pod?.status?.phase === "Running"))
      assert.isAbove(yield* aliveIn(state), 0)
    }).pipe(Effect.provide(world(state, "off")))
    assert.strictEqual(yield* aliveIn(state), 0)
  }).pipe(Effect.scoped))
