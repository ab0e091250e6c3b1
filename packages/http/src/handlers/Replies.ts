/** Headers of answers to creations: where the run is, and whether it was there before. */
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import type { CreatedRun } from "./CreateRun.ts"
import type { RunAccess } from "./RunAccess.ts"
import { linksOf } from "./RunAnswer.ts"

export const announce = ({ kind }: RunAccess, { replayed, run }: CreatedRun) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(HttpServerResponse.setHeaders(response, {
      location: linksOf(kind, run.metadata.name ?? "").self,
      ...(replayed ? { "idempotency-replayed": "true" } : {})
    }))
  )
