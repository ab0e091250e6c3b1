/** What is kept of an attempt whose pod is gone, given out as what is live is: to who may have it, for as long as he may. */
import type { EvidenceFile } from "@orchestrator/domain/Evidence"
import { originalUid } from "@orchestrator/domain/OriginalUid"
import { attemptText } from "@orchestrator/domain/Retry"
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { EvidenceNotAvailable, EvidenceUnavailable } from "../contract/Problem.ts"
import type { EvidenceQuery, EvidenceSource, EvidenceTrouble } from "../services/EvidenceStore.ts"
import { begun, guarded } from "./LogStream.ts"
import { getRun, type RunAccess } from "./RunAccess.ts"
import { attemptOf, type RunAttempt } from "./RunPods.ts"

const troubled = ({ hint, reason }: EvidenceTrouble) => new EvidenceUnavailable({ detail: reason, hint })

const queryOf = (runs: RunAccess, { attempt, run }: RunAttempt, file: EvidenceFile): EvidenceQuery => ({
  kind: runs.kind,
  run,
  namespace: runs.settings.namespace,
  uid: originalUid(run),
  attempt,
  file
})

const sayFrom = (source: EvidenceSource | undefined) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(HttpServerResponse.setHeader(response, "evidence-source", source ?? ""))
  )

/** Undefined: there is none. */
export const keptFile = Effect.fn("http.keptFile")(function*(runs: RunAccess, of: RunAttempt, file: EvidenceFile) {
  const stream = yield* (runs.evidence?.open(queryOf(runs, of, file)) ?? Effect.undefined)
  if (stream === undefined) return undefined
  yield* sayFrom(runs.evidence?.source)
  return yield* begun(stream, false)
}, Effect.mapError(troubled))

/** A file as it is, of an attempt that has ended. */
export const evidenceFile = Effect.fn("http.evidenceFile")(
  function*(runs: RunAccess, name: string, asked: { readonly attempt?: string }, file: EvidenceFile) {
    const guard = yield* guarded
    const run = yield* getRun(runs, name)
    const { attempt } = attemptOf(run, asked.attempt)
    const stream = yield* keptFile(runs, { run, attempt }, file)
    if (stream !== undefined) return guard(stream)
    return yield* new EvidenceNotAvailable({
      detail: `There is no ${file} of attempt ${attemptText(attempt)}: ${
        runs.evidence?.whyNone(queryOf(runs, { run, attempt }, file)) ?? "this server keeps none"
      }`,
      hint: "It is kept when an attempt has ended; its log says where. See docs/guides/evidence.md"
    })
  }
)
