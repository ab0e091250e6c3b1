/**
 * What an attempt leaves for whoever asks later what happened: the agent's stream, the conversation, the runner's log and the result. It
 * goes to the broker as it comes, and to `.orchestrator/<uid>/<attempt>/` on the workspace, beside the clone. Without secrets, of bounded
 * size, the newest attempts only; it never stops a run.
 */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { attemptText } from "@orchestrator/domain/Retry"
import type { TranscriptContent, TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Clock, Context, DateTime, Effect, FileSystem, Option } from "effect"
import { type CappedFile, cappedFile } from "../../pod/CappedFile.ts"
import { cleanContent } from "../../pod/CleanTranscript.ts"
import type { Environment } from "../../pod/Environment.ts"
import { discard, kindOf, namesIn, plainPath } from "../../pod/Plain.ts"
import type { Redact } from "../../pod/Redact.ts"
import type { Relay } from "./Relay.ts"

const mebibyte = 1_048_576
const largestStream = 32 * mebibyte
const largestTranscript = 16 * mebibyte
const largestLog = 4 * mebibyte
/** An event that is longer says little: the output of one command. */
const largestEvent = 2 * mebibyte
const keptAttempts = 10
/** Of all attempts that came before. */
const mostBytes = 512 * mebibyte
const usualDays = "30"

export class Evidence extends Context.Service<Evidence, {
  /** Undefined where there is no workspace to write to. */
  readonly folder: string | undefined
  /** Keeps a line of the agent's stream. */
  readonly event: (line: string) => Effect.Effect<void>
  /** Keeps what was said or done in the conversation. */
  readonly said: (content: TranscriptContent) => Effect.Effect<void>
  /** Keeps what was delivered, which the broker has by itself. */
  readonly diff: (patch: string) => Effect.Effect<void>
  /** Keeps the result. */
  readonly result: (text: string) => Effect.Effect<void>
}>()("@orchestrator/agent/runner/evidence/Evidence") {
  /** Keeps nothing. */
  static readonly none = Evidence.of({
    folder: undefined,
    event: () => Effect.void,
    said: () => Effect.void,
    diff: () => Effect.void,
    result: () => Effect.void
  })
}

export interface EvidenceFiles {
  readonly folder: string
  readonly stream: CappedFile
  readonly transcript: CappedFile
  readonly log: CappedFile
}

const isName = (text: string | undefined): text is string => text !== undefined && /^[A-Za-z0-9][\w.-]*$/.test(text)

/** Bytes of the files in a folder. */
const sizeOf = Effect.fnUntraced(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  const sizes = yield* Effect.forEach(
    yield* namesIn(folder),
    (name) => Effect.orElseSucceed(Effect.map(fs.lstat(`${folder}/${name}`), ({ size }) => Number(size)), () => 0)
  )
  return sizes.reduce((sum, size) => sum + size, 0)
})

/** Folders of attempts, newest first. */
const attemptsBelow = Effect.fnUntraced(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const found: Array<{ readonly path: string; readonly time: number; readonly bytes: number }> = []
  for (const run of (yield* namesIn(root)).filter((name) => name !== "kept" && name !== "sessions")) {
    for (const attempt of (yield* namesIn(`${root}/${run}`)).filter((name) => /^\d+(?:-r\d+)?$/.test(name))) {
      const path = `${root}/${run}/${attempt}`
      if ((yield* kindOf(path)) !== "Directory") continue
      const time = yield* fs.stat(path).pipe(
        Effect.map(({ mtime }) => Option.match(mtime, { onNone: () => 0, onSome: (at) => at.getTime() })),
        Effect.orElseSucceed(() => 0)
      )
      found.push({ path, time, bytes: yield* sizeOf(path) })
    }
  }
  return found.sort((left, right) => right.time - left.time)
})

/** What is more than is kept, older than it may be (0 days: for ever), or too much together with what is newer. */
const prune = Effect.fnUntraced(function*(root: string, own: string, days: number) {
  const fs = yield* FileSystem.FileSystem
  const others = (yield* attemptsBelow(root)).filter(({ path }) => path !== own)
  const oldest = days === 0 ? -Infinity : (yield* Clock.currentTimeMillis) - days * 86_400_000
  let total = 0
  const going = others.filter(({ bytes, time }, index) => {
    total += bytes
    return index >= keptAttempts - 1 || time < oldest || total > mostBytes
  })
  for (const { path } of going) {
    yield* discard(path)
    const run = path.slice(0, path.lastIndexOf("/"))
    if ((yield* fs.readDirectory(run)).length === 0) yield* fs.remove(run, { recursive: true })
  }
})

/** The attempt's folder, ready to be written to; undefined where there is none or it cannot be written. */
export const openEvidence = Effect.fn("Evidence.open")(function*(environment: Environment) {
  const run = environment[runnerNames.runUid]
  const [version = "1", retry = "0"] = [environment[runnerNames.contextVersion], environment[runnerNames.retry]]
  const workspace = environment[runnerNames.workspaceDir] ?? "/workspace"
  if (!isName(run) || ![version, retry].every((each) => /^\d+$/.test(each))) return undefined
  const attempt = attemptText({ contextVersion: Number(version), retry: Number(retry) })
  const root = `${workspace}/.orchestrator`
  const folder = `${root}/${run}/${attempt}`
  return yield* Effect.gen(function*() {
    yield* plainPath(workspace, `.orchestrator/${run}/${attempt}`)
    for (const name of yield* namesIn(folder)) {
      if ((yield* kindOf(`${folder}/${name}`)) !== "File") yield* discard(`${folder}/${name}`)
    }
    yield* prune(root, folder, Number(environment[runnerNames.evidenceDays] ?? usualDays) || 0)
    const files: EvidenceFiles = {
      folder,
      stream: yield* cappedFile(`${folder}/stream.jsonl`, largestStream),
      transcript: yield* cappedFile(`${folder}/transcript.jsonl`, largestTranscript),
      log: yield* cappedFile(`${folder}/log`, largestLog)
    }
    return files
  }).pipe(
    Effect.catch((error) => Effect.as(Effect.logWarning(`cannot keep evidence: ${error.message}`), undefined))
  )
})

/** The service over the broker, and over these files where there is a workspace. */
export const evidenceIn = Effect.fnUntraced(function*(files: EvidenceFiles | undefined, relay: Relay, redact: Redact) {
  const onWorkspace = files === undefined ? Evidence.none : yield* onFiles(files, redact)
  return Evidence.of({
    ...onWorkspace,
    said: Effect.fnUntraced(function*(content) {
      const at = DateTime.formatIso(yield* DateTime.now)
      const event: TranscriptEvent = { ...cleanContent(content, redact), at }
      yield* relay.event(event)
      yield* files === undefined ? Effect.void : files.transcript.append(`${JSON.stringify(event)}\n`)
    }),
    result: (text) => Effect.andThen(relay.result(redact(text)), onWorkspace.result(text))
  })
})

const onFiles = Effect.fnUntraced(function*({ folder, stream }: EvidenceFiles, redact: Redact) {
  const fs = yield* FileSystem.FileSystem
  const keep = (name: string, text: string) =>
    fs.writeFileString(`${folder}/${name}`, text, { mode: 0o600 }).pipe(
      Effect.catch((error) => Effect.logWarning(`${folder}/${name} cannot be written: ${error.message}`))
    )
  return {
    ...Evidence.none,
    folder,
    event: (line: string) =>
      stream.append(
        line.length > largestEvent
          ? `${JSON.stringify({ type: "orchestrator", subtype: "omitted", characters: line.length })}\n`
          : `${redact(line)}\n`
      ),
    diff: (patch: string) => keep("diff.patch", redact(patch)),
    result: (text: string) => keep("result.json", `${redact(text)}\n`)
  }
})
