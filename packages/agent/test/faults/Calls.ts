/** The runner's requests to its broker, each a point. */
import { Effect } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import type { Life } from "./Life.ts"

const codes = { refused: "ECONNREFUSED", lost: "ECONNRESET" }

export const callsOf = (
  life: Life,
  real: HttpClient.HttpClient,
  plain: (text: string) => string
): HttpClient.HttpClient =>
  HttpClient.transform(real, (answer, request) => {
    const path = new URL(request.url).pathname
    return life.perform("call", `${request.method} ${plain(path)}`, {
      real: life.untilKilled(answer),
      failed: ({ how }) =>
        how === "500"
          ? Effect.succeed(HttpClientResponse.fromWeb(request, new Response("{}", { status: 500 })))
          : Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({
                request,
                cause: Object.assign(new Error(`connect ${codes.refused}`), {
                  code: how === "lost" ? codes.lost : codes.refused
                })
              })
            })
          )
    })
  })
