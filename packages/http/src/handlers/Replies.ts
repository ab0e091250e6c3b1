/** Headers of answers to creations: where the run is, and whether it was there before. */
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import type { CreatedRun } from "./CreateRun.ts"
import { linksOf, type RunPath } from "./RunAnswer.ts"

export const announce = (path: RunPath, { replayed, run }: CreatedRun) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(HttpServerResponse.setHeaders(response, {
      location: linksOf(path, run.metadata.name ?? "").self,
      ...(replayed ? { "idempotency-replayed": "true" } : {})
    }))
  )
