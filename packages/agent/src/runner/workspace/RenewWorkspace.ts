/**
 * The workspace beside the clone, made anew for each attempt: an empty home and config folder of the agent, and nothing that an earlier
 * run left where a tool would look for it. Transcripts are put away by id; the one that is resumed comes back, as data.
 */
import { memoryFile } from "@orchestrator/domain/AttemptFiles"
import { sessionId } from "@orchestrator/domain/Session"
import { Effect, FileSystem } from "effect"
import type { SessionFiles, Sessions } from "../../agents/AgentCli.ts"
import { allTraces } from "../../agents/Agents.ts"
import { largestTranscript } from "../../agents/Session.ts"
import { discard, isOurs, isPlainPath, kindOf, moveAway, namesIn, plainPath, readPlain } from "../../pod/Plain.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import type { RunnerSettings } from "../services/RunnerConfig.ts"
import { asidesIn } from "./Repository.ts"
import { filesOf, folderOf, type Found, transcriptsIn } from "./Transcripts.ts"

const own = ".orchestrator"
const clone = "target-repo"
/** A file system's own; only its root could remove it. */
const ofTheVolume = "lost+found"
const keptTranscripts = 20
const earlierAttempts = 10

/** Sessions that this attempt may take up, the one to prefer first. They come from the run's environment and from nowhere else. */
export const wantedSessions = (
  { lastSession, resumeSession, run, sessionId: own }: Pick<
    RunnerSettings,
    "lastSession" | "resumeSession" | "run" | "sessionId"
  >
): ReadonlyArray<string> =>
  resumeSession ? [own, ...(lastSession === undefined ? [] : [lastSession]), ...earlierSessions(run)] : [own]

/** Sessions of the run's earlier versions, newest first: the attempts of one share theirs. */
export const earlierSessions = ({ attempt: { contextVersion }, uid }: RunnerSettings["run"]): ReadonlyArray<string> =>
  Array.from(
    { length: Math.min(earlierAttempts, Math.max(0, contextVersion - 1)) },
    (_, back) => sessionId(uid, contextVersion - 1 - back)
  )

const isResumable = Effect.fnUntraced(function*({ isStub }: Sessions, files: ReadonlyArray<Found>) {
  const texts = yield* Effect.forEach(files, ({ path }) => readPlain(path, largestTranscript))
  const known = texts.filter((text) => text !== undefined)
  return known.length > 0 && !isStub(known.join("\n"))
})

/** Moves what can be resumed out of an agent's config folder, and keeps the newest. */
const putAway = Effect.fnUntraced(function*(sessions: SessionFiles, projects: string, archive: string) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* transcriptsIn(sessions, projects)
  const before = yield* transcriptsIn(sessions, archive)
  // Of a transcript that is several files none is of another time than the others.
  for (const one of found) for (const { path } of filesOf(one, before)) yield* discard(path)
  for (const { path, place } of found) {
    yield* plainPath(archive, folderOf(place))
    yield* discard(`${archive}/${place}`)
    yield* fs.rename(path, `${archive}/${place}`)
  }
  const all = yield* transcriptsIn(sessions, archive)
  const kept = new Set([...new Set(all.map(({ id }) => id))].slice(0, keptTranscripts))
  for (const { id, path } of all) if (!kept.has(id)) yield* discard(path)
})

/** Of every agent, since the one before may have been another. */
const putAllAway = Effect.fnUntraced(function*(workspace: string, own: string | undefined, archive: string) {
  for (const { configFolder, sessions } of allTraces) {
    if (configFolder !== own && (yield* isPlainPath(workspace, configFolder))) {
      yield* putAway(sessions, `${workspace}/${configFolder}/${sessions.folder}`, archive)
    }
  }
})

/** Transcripts of runs that have the workspace at the same time, each in a config folder of its own. */
const sessionsOfOthers = Effect.fnUntraced(function*(sessions: SessionFiles, workspace: string) {
  const runs = yield* namesIn(`${workspace}/.runs`)
  const found: Array<Found> = []
  for (const run of runs) {
    if (yield* isPlainPath(workspace, `.runs/${run}`)) {
      found.push(...yield* transcriptsIn(sessions, `${workspace}/.runs/${run}/${sessions.folder}`))
    }
  }
  return found
})

/** Puts the first that there is where the agent looks for it: moved, or copied where it is another run's. */
const bringBack = Effect.fnUntraced(function*(
  { agent: { sessions }, roots: { agentConfig, workspace }, shared, ...settings }: RunnerSettings,
  archive: string
) {
  const fs = yield* FileSystem.FileSystem
  const ours = yield* transcriptsIn(sessions, archive)
  const theirs = shared ? yield* sessionsOfOthers(sessions, workspace) : []
  for (const id of wantedSessions(settings)) {
    const from = [ours, theirs].find((all) => all.some((transcript) => transcript.id === id)) ?? []
    const first = from.find((transcript) => transcript.id === id)
    const files = first === undefined ? [] : filesOf(first, from)
    if (!(yield* isResumable(sessions, files))) continue
    for (const { path, place } of files) {
      yield* plainPath(agentConfig, `${sessions.folder}/${folderOf(place)}`)
      const target = `${agentConfig}/${sessions.folder}/${place}`
      yield* from === ours ? fs.rename(path, target) : fs.copyFile(path, target)
      yield* fs.chmod(target, 0o600)
    }
    return
  }
})

/** Everything beside the clone that is not ours: what tools look for in the folders above theirs. */
const sweep = Effect.fnUntraced(function*(workspace: string, kept: ReadonlyArray<string>) {
  const names = yield* namesIn(workspace)
  const stays = new Set([own, clone, ofTheVolume, ...kept, ...asidesIn(names, clone)])
  for (const name of names.filter((each) => !stays.has(each))) yield* discard(`${workspace}/${name}`)
})

/** The path within the workspace; undefined where it is elsewhere. */
const within = (workspace: string, path: string): string | undefined =>
  path.startsWith(`${workspace}/`) ? path.slice(workspace.length + 1) : undefined

/** An empty folder of its own at a path on the workspace or beside it. */
const emptyFolder = Effect.fnUntraced(function*(workspace: string, path: string) {
  const fs = yield* FileSystem.FileSystem
  const relative = within(workspace, path)
  if (relative === undefined) yield* fs.makeDirectory(path, { recursive: true, mode: 0o700 })
  else {
    yield* plainPath(workspace, relative.split("/").slice(0, -1).join("/"))
    yield* discard(path)
    if ((yield* kindOf(path)) !== undefined) yield* moveAway(path)
    yield* fs.makeDirectory(path, { mode: 0o700 })
  }
  yield* fs.access(path, { writable: true })
})

/** With shared access other runs work in the same workspace: what is theirs is left alone. */
export const renewWorkspace = Effect.fn("RenewWorkspace.renew")(
  function*(settings: RunnerSettings) {
    const { agent: { sessions }, roots: { agentConfig, home, workspace }, shared } = settings
    yield* isOurs(workspace)
    const archive = yield* plainPath(workspace, `${own}/sessions`)
    const [homePath, configPath] = [within(workspace, home), within(workspace, agentConfig)]
    if (configPath !== undefined && (yield* isPlainPath(workspace, configPath))) {
      yield* putAway(sessions, `${agentConfig}/${sessions.folder}`, archive)
    }
    if (!shared) {
      yield* putAllAway(workspace, configPath, archive)
      yield* sweep(workspace, [memoryFile, ...[homePath, configPath].flatMap((path) => path?.split("/")[0] ?? [])])
    }
    for (const folder of [home, agentConfig]) yield* emptyFolder(workspace, folder)
    yield* bringBack(settings, archive)
  },
  Effect.mapError((error) => setupFailed(`the workspace cannot be prepared: ${error.message}`))
)
