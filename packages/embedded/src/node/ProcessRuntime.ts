/**
 * A PodRuntime whose containers are processes of this host: volumes are folders of a state folder, images are local stand-ins, and
 * bubblewrap gives each container its own view of the file system where it can be used. Nothing outlives its container, its pod's end or
 * this process: what a crash left behind is killed at the next start.
 */
import { NodeServices } from "@effect/platform-node"
import type { Pod } from "@orchestrator/k8s/Objects"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Config, Context, Effect, FileSystem, Layer, Path, type PlatformError, Semaphore } from "effect"
import { planContainer } from "./ContainerPlan.ts"
import { startProcess } from "./HostProcess.ts"
import type { ImageTable } from "./ImageTable.ts"
import type { PodNetwork } from "./PodNetwork.ts"
import { type ContainerRequest, PodRuntime, StartRefused } from "./PodRuntime.ts"
import { killAll } from "./ProcessTable.ts"
import { probe } from "./Sandbox.ts"
import { stateFolder } from "./StateFolder.ts"
import { supervise } from "./Supervise.ts"
import { makeVolumes } from "./Volumes.ts"

export interface ProcessRuntimeOptions {
  /** Absolute. Of this runtime alone: two processes with one folder kill each other's containers. */
  readonly stateFolder: string
  readonly images: ImageTable
  /** `auto`: bubblewrap where it works, which is the default; `off`: plain processes. */
  readonly sandbox?: "auto" | "off"
  /** Folders besides its own that sandboxed containers do not see. */
  readonly hidden?: ReadonlyArray<string>
  /** Folders that containers may read although the sandbox covers them: what stand-ins need below /tmp or /run. */
  readonly readable?: ReadonlyArray<string>
  /** Folders outside of the volumes that containers may write: local git remotes. */
  readonly writable?: ReadonlyArray<string>
  /** Needs bubblewrap. Tell the Kubelet as well. */
  readonly network?: PodNetwork
}

type Platform = FileSystem.FileSystem | Path.Path

const refusalOf = (error: PlatformError.PlatformError | { readonly message: string }) =>
  new StartRefused({ reason: "CreateContainerError", message: error.message, retry: true })

const findSandbox = Effect.fnUntraced(function*(wanted: ProcessRuntimeOptions["sandbox"], path: string) {
  if (wanted === "off") return undefined
  const fs = yield* FileSystem.FileSystem
  const candidates = path.split(":").map((folder) => `${folder}/bwrap`)
  const found = yield* Effect.findFirst(candidates, (file) => Effect.orElseSucceed(fs.exists(file), () => false))
  const bwrap = found._tag === "Some" && (yield* probe(found.value, path)) ? found.value : undefined
  if (bwrap === undefined) {
    yield* Effect.logInfo("bubblewrap is not usable here: containers run as plain processes of this user")
  }
  return bwrap
})

const make = Effect.fnUntraced(function*(options: ProcessRuntimeOptions) {
  const logs = yield* PodLogs
  const platform = Context.pick(FileSystem.FileSystem, Path.Path)(yield* Effect.context<Platform>())
  const fs = yield* FileSystem.FileSystem
  const state = stateFolder(options.stateFolder)
  const path = yield* Effect.orDie(
    Config.String("PATH").pipe(Config.withDefault("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
  )
  const bwrap = yield* findSandbox(options.sandbox, path)
  const host = { ...options, state, path, bwrap }
  const prepared = new Set<string>()
  const preparing = yield* Semaphore.make(1)

  const left = yield* killAll(`ORCHESTRATOR_NODE=${state.root}`)
  if (left > 0) yield* Effect.logWarning(`killed ${left} processes that an earlier run had left behind`)

  yield* Effect.ignore(fs.remove(state.pods, { recursive: true, force: true }))

  const prepare = (request: ContainerRequest) =>
    preparing.withPermit(Effect.suspend(() => {
      const uid = request.pod.metadata.uid ?? ""
      if (prepared.has(uid)) return Effect.void
      return Effect.andThen(makeVolumes(state, request), Effect.sync(() => void prepared.add(uid)))
    }))

  const start = Effect.fn("ProcessRuntime.start")(function*(request: ContainerRequest) {
    const plan = yield* Effect.andThen(prepare(request), planContainer(host, request)).pipe(
      Effect.catchTag("PlatformError", (error) => Effect.fail(refusalOf(error)))
    )
    const child = yield* startProcess(plan).pipe(
      Effect.mapError(({ message }) => new StartRefused({ reason: "StartError", message, retry: false }))
    )
    return yield* supervise(plan, child, logs)
  }, Effect.provide(platform))

  const forget = Effect.fn("ProcessRuntime.forget")(function*(pod: Pod) {
    const { metadata: { uid = "" } } = pod
    prepared.delete(uid)
    options.network?.leave(pod)
    if (uid !== "") yield* Effect.ignore(fs.remove(state.pod(uid), { recursive: true, force: true }))
  })

  return PodRuntime.of({ start, forget })
})

const layerNoDeps = (options: ProcessRuntimeOptions): Layer.Layer<PodRuntime, never, PodLogs | Platform> =>
  Layer.effect(PodRuntime, make(options))

export const layer = (options: ProcessRuntimeOptions): Layer.Layer<PodRuntime, never, PodLogs> =>
  Layer.provide(layerNoDeps(options), NodeServices.layer)
