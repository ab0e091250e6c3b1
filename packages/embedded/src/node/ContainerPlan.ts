/** What a container becomes on this host: a process with its command, environment and folder, in a sandbox or with rewritten paths. */
import { runnerNames, terminationMessagePath } from "@orchestrator/domain/PodEnvironment"
import type { LogKey } from "@orchestrator/k8s/PodLogs"
import { Effect } from "effect"
import type { ProcessSpec } from "./HostProcess.ts"
import { type ImageStandIn, type ImageTable, standInFor, wordsOf } from "./ImageTable.ts"
import { localRemotes } from "./LocalRemotes.ts"
import { envToHost, type Mounted, rootVariables, toHost } from "./PathMap.ts"
import type { PodNetwork } from "./PodNetwork.ts"
import { type ContainerRequest, StartRefused } from "./PodRuntime.ts"
import type { Marker } from "./ProcessTable.ts"
import { sandboxWords } from "./Sandbox.ts"
import type { StateFolder } from "./StateFolder.ts"
import { freshMessage } from "./TerminationMessage.ts"
import { mountsOf } from "./Volumes.ts"

/** What all containers of a runtime share. */
export interface HostFacts {
  readonly state: StateFolder
  readonly images: ImageTable
  readonly path: string
  /** bubblewrap, where it works. */
  readonly bwrap: string | undefined
  readonly hidden?: ReadonlyArray<string>
  readonly readable?: ReadonlyArray<string>
  readonly writable?: ReadonlyArray<string>
  readonly network?: PodNetwork
}

export interface ContainerPlan extends ProcessSpec {
  readonly sandboxed: boolean
  readonly marker: Marker
  readonly log: LogKey
  readonly messageFile: string
}

interface Draft {
  readonly words: ReadonlyArray<string>
  /** PATH is of this host. */
  readonly env: Readonly<Record<string, string>> & { readonly PATH: string }
  readonly mounts: ReadonlyArray<Mounted>
  readonly message: Mounted
  readonly workingDir: string | undefined
  readonly standIn: ImageStandIn
}

/** The variable by which every process of a container is found. */
const containerMarker = ({ container, pod }: ContainerRequest): string => `${pod.metadata.uid ?? ""}/${container.name}`

const envOf = ({ path, state }: HostFacts, request: ContainerRequest, { env, pathPrepend = [] }: ImageStandIn) => ({
  PATH: [...pathPrepend, path].join(":"),
  ...env,
  ...request.env,
  ORCHESTRATOR_CONTAINER: containerMarker(request),
  ORCHESTRATOR_NODE: state.root
})

const numberIn = (context: Readonly<Record<string, unknown>> | undefined, key: string): number | undefined => {
  const value = context?.[key]
  return typeof value === "number" ? value : undefined
}

/** Whose processes a real image's are: as the container says, the pod, or 1000. */
const imageOf = ({ container, pod }: ContainerRequest, { root }: ImageStandIn) => {
  if (root === undefined) return {}
  const contexts = [container.securityContext, pod.spec.securityContext]
  const of = (key: string) => contexts.map((each) => numberIn(each, key)).find((id) => id !== undefined) ?? 1000
  return { image: { root, uid: of("runAsUser"), gid: of("runAsGroup") } }
}

/** With a mount namespace paths are true; the stand-in's own folders are shown again, as /tmp and /run are private. */
const inSandbox = Effect.fnUntraced(function*(host: HostFacts, bwrap: string, request: ContainerRequest, draft: Draft) {
  const { hidden = [], network, readable = [], state, writable = [] } = host
  const joined = network?.join(request.pod)
  const remotes = yield* localRemotes(draft.env, draft.standIn.remotes ?? [])
  const words = yield* sandboxWords({
    ...imageOf(request, draft.standIn),
    mounts: [...draft.mounts, ...(draft.standIn.root === undefined ? [] : joined?.mounts ?? [])],
    terminationMessage: draft.message,
    workingDir: draft.workingDir ?? "/",
    hidden: [...hidden, state.root],
    readable: [...readable, ...(draft.standIn.pathPrepend ?? []), ...remotes.readable],
    writable: [...writable, ...(draft.standIn.writable ?? []), ...remotes.writable]
  })
  const [command = bwrap, ...args] = [...joined?.words ?? [], bwrap, ...words, ...draft.words]
  return {
    command,
    args,
    cwd: "/",
    env: { HOME: "/", ...draft.env },
    info: true,
    sandboxed: true
  }
})

const asPlainProcess = (folder: string, { env, message, mounts, words, workingDir }: Draft) => {
  const all = [...mounts, message]
  const [command = "", ...args] = words
  const { PATH, ...own } = env
  return {
    command,
    args,
    cwd: workingDir === undefined ? folder : toHost(all, workingDir),
    env: {
      ...rootVariables(mounts),
      [runnerNames.terminationMessagePath]: message.hostPath,
      HOME: folder,
      ...envToHost(all, own),
      PATH
    },
    sandboxed: false
  }
}

export const planContainer = Effect.fn("ContainerPlan.plan")(function*(host: HostFacts, request: ContainerRequest) {
  const { container, pod } = request
  const uid = pod.metadata.uid ?? ""
  const standIn = yield* Effect.fromResult(standInFor(host.images, container.image))
  const mounts = yield* mountsOf(host.state, pod, container)
  const folder = host.state.container(uid, container.name)
  const messageFile = host.state.terminationMessage(uid, container.name)
  yield* freshMessage(folder, messageFile)
  const message = {
    mountPath: container.terminationMessagePath ?? terminationMessagePath,
    hostPath: messageFile,
    readOnly: false
  }
  const locate = (word: string) => host.bwrap === undefined ? toHost([...mounts, message], word) : word
  const draft: Draft = {
    words: yield* Effect.fromResult(wordsOf(container, standIn, locate)),
    env: envOf(host, request, standIn),
    mounts,
    message,
    workingDir: container.workingDir,
    standIn
  }
  if (host.bwrap === undefined && standIn.root !== undefined) {
    const message = `the files of ${container.image} can be run only by bubblewrap, which is not usable here`
    return yield* new StartRefused({ reason: "CreateContainerError", message, retry: false })
  }
  const spec = host.bwrap === undefined
    ? asPlainProcess(folder, draft)
    : yield* inSandbox(host, host.bwrap, request, draft)
  return {
    ...spec,
    marker: `ORCHESTRATOR_CONTAINER=${containerMarker(request)}`,
    log: { podUid: uid, container: container.name },
    messageFile
  } satisfies ContainerPlan
})
