/**
 * The conversation of an attempt, event by event: while it runs from its broker's log, to which the runner tells what it sees, and
 * afterwards from what was kept.
 */
import { brokerContainer } from "@orchestrator/domain/PodParts"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Effect, Option, Stream } from "effect"
import { readProblem } from "./ClusterProblems.ts"
import { keptFile } from "./KeptEvidence.ts"
import { begun, guarded } from "./LogStream.ts"
import { refOf, type RunAccess } from "./RunAccess.ts"
import { findPlace } from "./RunPods.ts"
import { eventOf, loggedEventOf } from "./TranscriptLines.ts"

export interface TranscriptOptions {
  readonly follow?: boolean
  readonly attempt?: string
}

export const runTranscript = Effect.fn("http.runTranscript")(
  function*(runs: RunAccess, name: string, asked: TranscriptOptions) {
    const { follow = false } = asked
    const guard = yield* guarded
    const place = yield* findPlace(runs, name, { ...asked, container: brokerContainer })
    if (place._tag !== "Pod") {
      const kept = yield* keptFile(runs, place.of, "transcript.jsonl")
      if (kept === undefined) return yield* place.problem
      return eventsIn(guard(kept), eventOf)
    }
    const log = yield* begun(
      runs.client.podLogs(refOf(runs, place.pod), { container: brokerContainer, follow }),
      follow
    ).pipe(Effect.mapError(readProblem(runs.kind.kind, name)))
    return eventsIn(guard(log), loggedEventOf)
  }
)

const eventsIn = <E>(text: Stream.Stream<Uint8Array, E>, read: (line: string) => Option.Option<TranscriptEvent>) =>
  text.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.map(read),
    Stream.flatMap((event) => Stream.fromIterable(Option.toArray(event)))
  )
