/**
 * What a container of an attempt prints. Whether there is a log is decided before the answer begins, so that a missing one is a problem
 * and not a broken stream. Streams end when the server stops, and break off when their reader loses the permission: every part of a log
 * is given out by a decision that is fresh.
 */
import { agentContainer, brokerContainer, type LoggedContainer } from "@orchestrator/domain/PodParts"
import { printable } from "@orchestrator/domain/Printable"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Clock, Effect, Stream } from "effect"
import type { LogsNotAvailable } from "../contract/Problem.ts"
import { readProblem } from "./ClusterProblems.ts"
import { keptFile } from "./KeptEvidence.ts"
import { begun, guarded } from "./LogStream.ts"
import { refOf, type RunAccess } from "./RunAccess.ts"
import { findPlace, podGone } from "./RunPods.ts"
import { selectLines, sinceOf } from "./SelectLines.ts"
import { isTranscriptLine } from "./TranscriptLines.ts"

export interface LogOptions {
  readonly follow?: boolean
  readonly since?: string
  readonly tail?: number
  readonly timestamps?: boolean
  readonly attempt?: string
  readonly container?: LoggedContainer
}

/** The broker's log carries the conversation as well, which is another question. */
const withoutTranscript = (log: Stream.Stream<Uint8Array, KubernetesError>, timestamps: boolean) =>
  log.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.filter((line) => !isTranscriptLine(line, timestamps)),
    Stream.map((line) => `${line}\n`),
    Stream.encodeText
  )

export const runLogs = Effect.fn("http.runLogs")(function*(runs: RunAccess, name: string, asked: LogOptions) {
  const { attempt: _, container = agentContainer, follow = false, since, tail, timestamps = false } = asked
  const guard = yield* guarded
  const place = yield* findPlace(runs, name, { ...asked, container })
  const afterwards = Effect.fnUntraced(function*(problem: LogsNotAvailable) {
    const kept = container === agentContainer ? yield* keptFile(runs, place.of, "log.txt") : undefined
    if (kept === undefined) return yield* problem
    return printed(guard(selectLines(kept, { since, tail, timestamps }, yield* Clock.currentTimeMillis)))
  })
  if (place._tag !== "Pod") return yield* afterwards(place.problem)
  const log = yield* begun(
    runs.client.podLogs(refOf(runs, place.pod), {
      container,
      follow,
      timestamps,
      ...sinceOf(since),
      ...(tail === undefined ? {} : { tailLines: tail })
    }),
    follow
  ).pipe(
    Effect.catchIf(hasReason("NotFound"), () => Effect.undefined),
    Effect.mapError(readProblem(runs.kind.kind, name))
  )
  if (log === undefined) return yield* afterwards(podGone(place.pod))
  return printed(guard(container === brokerContainer ? withoutTranscript(log, timestamps) : log))
})

/** Whatever a process of the agent wrote past the runner; a part at a time, since a line may have no end. */
const printed = <E>(log: Stream.Stream<Uint8Array, E>) =>
  log.pipe(Stream.decodeText, Stream.map((text) => printable(text, { lines: true })), Stream.encodeText)
