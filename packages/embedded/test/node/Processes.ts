/** Containers that are small bash scripts on the process runtime. Real time, as processes start. */
import { NodeServices } from "@effect/platform-node"
import { assert } from "@effect/vitest"
import type { Container, Pod } from "@orchestrator/k8s/Objects"
import { type LogKey, PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, FileSystem, Layer, Schedule, Stream } from "effect"
import { type ContainerRequest, PodRuntime } from "../../src/node/PodRuntime.ts"
import * as ProcessRuntime from "../../src/node/ProcessRuntime.ts"
import { pidsWith } from "../../src/node/ProcessTable.ts"
import { probe } from "../../src/node/Sandbox.ts"

export type Mode = "auto" | "off"

const bytes = (text: string) => new TextEncoder().encode(text)

const makePod = (container: Partial<Container> = {}, spec: Partial<Pod["spec"]> = {}): Pod => ({
  metadata: { name: "pod", namespace: "default", uid: "3f9c2a1b-0000-4000-8000-000000000001" },
  spec: {
    containers: [{ name: "main", image: "example:1", command: ["bash", "-c", "true"], ...container }],
    ...spec
  }
})

export interface RequestInputs {
  readonly script: string
  readonly pod?: Partial<Pod["spec"]>
  readonly container?: Partial<Container>
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, Readonly<Record<string, readonly [text: string, mode: number]>>>>
}

export const requestFor = ({ container, env = {}, files = {}, pod, script }: RequestInputs): ContainerRequest => {
  const made = makePod({ command: ["bash", "-c", script], ...container }, pod)
  return {
    pod: made,
    container: made.spec.containers[0] ?? assert.fail("a pod without a container"),
    env,
    files: new Map(
      Object.entries(files).map(([volume, content]) => [
        volume,
        new Map(Object.entries(content).map(([path, [text, mode]]) => [path, { bytes: bytes(text), mode }]))
      ])
    )
  }
}

export const temporaryFolder = FileSystem.FileSystem.pipe(
  Effect.flatMap((fs) => fs.makeTempDirectoryScoped({ prefix: "node-" })),
  Effect.provide(NodeServices.layer)
)

/** All that was printed, as text, by container. */
const layerLogs = Layer.sync(PodLogs, () => {
  const texts = new Map<string, string>()
  const keyOf = ({ container, podUid }: LogKey) => `${podUid}/${container}`
  return PodLogs.of({
    append: (key, bytes) =>
      Effect.sync(() => {
        texts.set(keyOf(key), (texts.get(keyOf(key)) ?? "") + new TextDecoder().decode(bytes))
      }),
    close: () => Effect.void,
    read: (key) =>
      Stream.fromIterable(
        (texts.get(keyOf(key)) ?? "").split("\n").slice(0, -1).map((text) => ({ time: "1970-01-01T00:00:00Z", text }))
      ),
    remove: () => Effect.void
  })
})

export const runtimeIn = (
  stateFolder: string,
  sandbox: Mode,
  more: Partial<ProcessRuntime.ProcessRuntimeOptions> = {}
): Layer.Layer<PodRuntime | PodLogs> =>
  ProcessRuntime.layer({ stateFolder, sandbox, images: { example: {} }, ...more }).pipe(
    Layer.provideMerge(layerLogs)
  )

/** Runs one container to its end. */
export const runToEnd = (inputs: RequestInputs) =>
  Effect.gen(function*() {
    const runtime = yield* PodRuntime
    const container = yield* runtime.start(requestFor(inputs))
    return yield* container.exit
  }).pipe(Effect.scoped)

export const logOf = (request: ContainerRequest) =>
  Effect.gen(function*() {
    const logs = yield* PodLogs
    const key = { podUid: request.pod.metadata.uid ?? "", container: request.container.name }
    const lines = yield* Stream.runCollect(logs.read(key, { follow: false }))
    return lines.map(({ text }) => text)
  })

/** Tries again until it holds, for five seconds. */
export const eventually = <E, R>(holds: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(holds, { until: (done) => done, schedule: Schedule.spaced("20 millis"), times: 250 }).pipe(
    Effect.map((held) => assert.isTrue(held))
  )

/** How many processes of the runtime's state folder are alive. */
export const aliveIn = (stateFolder: string) =>
  pidsWith(`ORCHESTRATOR_NODE=${stateFolder}`).pipe(
    Effect.map((pids) => pids.length),
    Effect.provide(NodeServices.layer)
  )

export const exists = (path: string) =>
  FileSystem.FileSystem.pipe(Effect.flatMap((fs) => fs.exists(path)), Effect.provide(NodeServices.layer))

/** Whether this machine has bubblewrap and lets it make namespaces. */
export const sandboxWorks = probe("bwrap", "/usr/local/bin:/usr/bin:/bin")
