/** The conversation of an attempt, event by event: while it runs from its broker's log, to which the runner tells what it sees. */
import { brokerContainer } from "@orchestrator/domain/PodParts"
import { Effect, Option, Stream } from "effect"
import { readProblem } from "./ClusterProblems.ts"
import { refOf, type RunAccess } from "./RunAccess.ts"
import { begun, guarded } from "./RunLogs.ts"
import { findPlace } from "./RunPods.ts"
import { loggedEventOf } from "./TranscriptLines.ts"

export interface TranscriptOptions {
  readonly follow?: boolean
  readonly attempt?: string
}

export const runTranscript = Effect.fn("http.runTranscript")(
  function*(runs: RunAccess, name: string, asked: TranscriptOptions) {
    const { follow = false } = asked
    const guard = yield* guarded
    const place = yield* findPlace(runs, name, { ...asked, container: brokerContainer })
    if (place._tag !== "Pod") return yield* place.problem
    const log = yield* begun(
      runs.client.podLogs(refOf(runs, place.pod), { container: brokerContainer, follow }),
      follow
    ).pipe(Effect.mapError(readProblem(runs.kind.kind, name)))
    return guard(log).pipe(
      Stream.decodeText,
      Stream.splitLines,
      Stream.map(loggedEventOf),
      Stream.flatMap((event) => Stream.fromIterable(Option.toArray(event)))
    )
  }
)
