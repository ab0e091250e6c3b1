/** A draft becomes ready for review. Only GraphQL knows that, which Enterprise servers have beside the REST API, and not below it. */
import { printable } from "@orchestrator/domain/Printable"
import { Effect, Schema } from "effect"
import { ForgeError, type ForgeReason } from "../ForgeError.ts"
import type { RestClient } from "../rest/RestClient.ts"
import { forbiddenAdvice } from "./Advice.ts"

const mutation =
  "mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { clientMutationId } }"

/** It refuses with status 200. */
const Answer = Schema.Struct({
  errors: Schema.optionalKey(Schema.Array(Schema.Struct({
    type: Schema.optionalKey(Schema.String),
    message: Schema.String
  })))
})

const reasonOf = (errors: NonNullable<(typeof Answer.Type)["errors"]>): ForgeReason => {
  const words = printable(errors.map(({ message }) => message).join("; "), { max: 500 })
  const has = (wanted: string) => errors.some(({ type }) => type === wanted)
  if (has("RATE_LIMITED")) return { _tag: "RateLimited" }
  if (has("FORBIDDEN")) return { _tag: "Forbidden", words, advice: forbiddenAdvice(words, {}) }
  return { _tag: "Refused", words }
}

/** `id`: of the node. `ref`: for errors. */
export const markReadyAt = (call: RestClient, api: string) =>
  Effect.fnUntraced(
    function*(ref: string, id: string) {
      const { errors } = yield* call({
        operation: "mark as ready",
        method: "POST",
        isRepeatable: true,
        path: api.endsWith("/api/v3") ? "/../graphql" : "/graphql",
        body: { query: mutation, variables: { id } },
        answer: Answer
      })
      if (errors === undefined || errors.length === 0) return
      return yield* new ForgeError({ operation: "mark as ready", ref, reason: reasonOf(errors) })
    },
    (marked, ref) => Effect.mapError(marked, ({ operation, reason }) => new ForgeError({ operation, ref, reason }))
  )
