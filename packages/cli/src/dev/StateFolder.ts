/**
 * The folder that the local product keeps everything in: cluster state, git remotes, volumes, kubeconfig. One process at a time; what
 * cannot be used is said before anything is started.
 */
import { layerSqlite } from "@orchestrator/embedded/PersistenceSqlite"
import { Effect, FileSystem, Layer, Option, Path, Schema } from "effect"
import { sentenceOf } from "../settings/FileTrouble.ts"
import { ownUid } from "../settings/PrivateFile.ts"
import { stateFiles } from "../settings/StateFiles.ts"

export class StateFolderError extends Schema.TaggedError<StateFolderError>()("StateFolderError", {
  folder: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The state folder ${this.folder} cannot be used: ${this.reason}`
  }
}

export interface StateFolder {
  readonly path: string
  /** Whether the demo run has been submitted, at this start or an earlier one. */
  readonly hasDemo: boolean
  /** Written when it has. */
  readonly demoMarker: string
  readonly kubeconfig: string
  /** The token of both APIs, and the HTTP header that carries it. */
  readonly token: string
  readonly authorization: string
  /** What a browser is opened with. */
  readonly signIn: string
  /** Where the HTTP API is, for as long as it runs. */
  readonly server: string
  readonly database: string
  readonly git: string
  readonly pods: string
  readonly logs: string
}

const marker = "README"
const demoMarker = "demo-submitted"
const database = "cluster.sqlite"
const markerText =
  `State of the orchestrator's local cluster. Delete this folder, or start with --reset, to start over.\n`

/** Other state folders beside this one: an agent of one cluster must not read the token of another. */
export const otherStateFolders = Effect.fn("StateFolder.others")(function*({ path: root }: StateFolder) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const parent = path.dirname(root)
  const folders = (yield* files.readDirectory(parent)).map((name) => path.join(parent, name))
  return yield* Effect.filter(folders, (folder) =>
    folder === root
      ? Effect.succeed(false)
      : Effect.map(files.readFileString(path.join(folder, marker)), (text) => text === markerText).pipe(
        Effect.orElseSucceed(() => false)
      ))
}, Effect.orElseSucceed((): ReadonlyArray<string> => []))

/** Fails while another process has the cluster's file; a file that is damaged or missing is nobody's. */
const notInUse = (file: string) =>
  Layer.build(layerSqlite(file)).pipe(
    Effect.scoped,
    Effect.catchIf((error) => error.reason !== "Locked", () => Effect.void)
  )

/** Makes the folder, or takes up the one that is there; `reset` empties it first. */
export const openStateFolder = Effect.fn("StateFolder.open")(function*(
  folder: string,
  options: { readonly reset: boolean }
) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const named = path.resolve(folder)
  // Through links: what agents must not see is hidden at its true place.
  const root = yield* files.realPath(named).pipe(Effect.orElseSucceed(() => named))
  const refuse = (reason: string) => new StateFolderError({ folder: root, reason })
  const inFolder = (name: string) => path.join(root, name)

  const exists = yield* files.exists(root).pipe(Effect.mapError((error) => refuse(sentenceOf(error))))
  if (
    exists && (yield* files.stat(root).pipe(Effect.mapError((error) => refuse(sentenceOf(error))))).type !== "Directory"
  ) {
    return yield* refuse("it is a file. Name a folder with --state.")
  }
  const entries = exists
    ? yield* files.readDirectory(root).pipe(Effect.mapError((error) => refuse(sentenceOf(error))))
    : []
  const isOurs = entries.includes(marker)
  if (entries.length > 0 && !isOurs) {
    return yield* refuse("it is not empty and was not made by the orchestrator. Name another one with --state.")
  }
  if (options.reset && isOurs) {
    yield* notInUse(inFolder(database)).pipe(Effect.mapError((error) => refuse(error.message)))
    yield* Effect.forEach(entries, (name) => files.remove(inFolder(name), { recursive: true, force: true })).pipe(
      Effect.mapError((error) => refuse(sentenceOf(error)))
    )
  }
  // Volumes of pods lie in it, with their secrets, and the token.
  yield* files.makeDirectory(root, { recursive: true, mode: 0o700 }).pipe(
    Effect.mapError((error) => refuse(`${sentenceOf(error)}. Make it writable, or name another one with --state.`))
  )
  const { uid } = yield* files.stat(root).pipe(Effect.mapError((error) => refuse(sentenceOf(error))))
  if (Option.isSome(uid) && uid.value !== (yield* ownUid)) {
    return yield* refuse(
      `it belongs to another user (id ${uid.value}), who could read and change it. Name another one with --state.`
    )
  }
  yield* files.chmod(root, 0o700).pipe(
    Effect.andThen(files.writeFileString(inFolder(marker), markerText)),
    Effect.mapError((error) => refuse(`${sentenceOf(error)}. Make it writable, or name another one with --state.`))
  )
  const state: StateFolder = {
    path: root,
    hasDemo: entries.includes(demoMarker) && !options.reset,
    demoMarker: inFolder(demoMarker),
    kubeconfig: inFolder("kubeconfig"),
    token: inFolder(stateFiles.token),
    authorization: inFolder(stateFiles.authorization),
    signIn: inFolder("sign-in.html"),
    server: inFolder(stateFiles.server),
    database: inFolder(database),
    git: inFolder("git"),
    pods: inFolder("node"),
    logs: inFolder("logs")
  }
  return state
})
