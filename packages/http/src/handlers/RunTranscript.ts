/**
 * The conversation of an attempt, event by event: while it runs from its broker's log, to which the runner tells what it sees, and
 * afterwards from what was kept.
 */
import { brokerContainer } from "@orchestrator/domain/PodParts"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Clock, Effect, identity, Option, Stream } from "effect"
import type { LogsNotAvailable } from "../contract/Problem.ts"
import { readProblem } from "./ClusterProblems.ts"
import { keptFile } from "./KeptEvidence.ts"
import { begun, guarded } from "./LogStream.ts"
import { refOf, type RunAccess } from "./RunAccess.ts"
import { findPlace, podGone } from "./RunPods.ts"
import { beginOf, millisOf, sinceOf } from "./SelectLines.ts"
import { eventOf, loggedEventOf } from "./TranscriptLines.ts"

export interface TranscriptOptions {
  readonly follow?: boolean
  readonly since?: string
  readonly attempt?: string
}

export const runTranscript = Effect.fn("http.runTranscript")(
  function*(runs: RunAccess, name: string, asked: TranscriptOptions) {
    const { follow = false, since } = asked
    const from = beginOf(since, yield* Clock.currentTimeMillis)
    const guard = yield* guarded
    const place = yield* findPlace(runs, name, { ...asked, container: brokerContainer })
    const afterwards = Effect.fnUntraced(function*(problem: LogsNotAvailable) {
      const kept = yield* keptFile(runs, place.of, "transcript.jsonl")
      return kept === undefined ? yield* problem : eventsIn(guard(kept), eventOf, from)
    })
    if (place._tag !== "Pod") return yield* afterwards(place.problem)
    const log = yield* begun(
      // An event is printed after its time.
      runs.client.podLogs(refOf(runs, place.pod), { container: brokerContainer, follow, ...sinceOf(since) }),
      follow
    ).pipe(
      Effect.catchIf(hasReason("NotFound"), () => Effect.undefined),
      Effect.mapError(readProblem(runs.kind.kind, name))
    )
    if (log === undefined) return yield* afterwards(podGone(place.pod))
    return eventsIn(guard(log), loggedEventOf, from)
  }
)

const eventsIn = <E>(
  text: Stream.Stream<Uint8Array, E>,
  read: (line: string) => Option.Option<TranscriptEvent>,
  from: number | undefined
) =>
  text.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.map(read),
    // What came together stays together: an answer is not sent event by event.
    Stream.filter(Option.isSome),
    Stream.map(({ value }) => value),
    from === undefined ? identity : Stream.filter(({ at }) => (millisOf(at) ?? from) >= from)
  )
