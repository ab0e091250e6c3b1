/**
 * What a container of an attempt prints. Whether there is a log is decided before the answer begins, so that a missing one is a problem
 * and not a broken stream. Streams end when the server stops, and break off when their reader loses the permission: every part of a log
 * is given out by a decision that is fresh.
 */
import { agentContainer, brokerContainer, type LoggedContainer } from "@orchestrator/domain/PodParts"
import { printable } from "@orchestrator/domain/Printable"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Sink, Stream } from "effect"
import { logNeeds, Requester } from "../contract/Access.ts"
import { Stopping } from "../services/Stopping.ts"
import { readProblem } from "./ClusterProblems.ts"
import { refOf, type RunAccess } from "./RunAccess.ts"
import { findPlace } from "./RunPods.ts"
import { sinceOf } from "./SelectLines.ts"
import { isTranscriptLine } from "./TranscriptLines.ts"

export interface LogOptions {
  readonly follow?: boolean
  readonly since?: string
  readonly tail?: number
  readonly timestamps?: boolean
  readonly attempt?: string
  readonly container?: LoggedContainer
}

/** The first bytes are there, or the log has failed, before the answer begins; a quiet log that is followed begins at once. */
export const begun = Effect.fnUntraced(function*<E>(log: Stream.Stream<Uint8Array, E>, follow: boolean) {
  if (follow) return log
  const [head, rest] = yield* Stream.peel(log, Sink.take<Uint8Array>(1))
  return Stream.concat(Stream.fromIterable(head), rest)
})

/** For as long as its reader may have it and the server runs. */
export const guarded = Effect.map(
  Effect.all([Requester, Stopping]),
  ([requester, { stopped }]) => <A, E>(log: Stream.Stream<A, E>) =>
    log.pipe(Stream.tap(() => requester.require(logNeeds)), Stream.interruptWhen(stopped))
)

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
  if (place._tag !== "Pod") return yield* place.problem
  const log = yield* begun(
    runs.client.podLogs(refOf(runs, place.pod), {
      container,
      follow,
      timestamps,
      ...sinceOf(since),
      ...(tail === undefined ? {} : { tailLines: tail })
    }),
    follow
  ).pipe(Effect.mapError(readProblem(runs.kind.kind, name)))
  return guard(container === brokerContainer ? withoutTranscript(log, timestamps) : log).pipe(
    // Whatever a process of the agent wrote past the runner; a part at a time, since a line may have no end.
    Stream.decodeText,
    Stream.map((text) => printable(text, { lines: true })),
    Stream.encodeText
  )
})
