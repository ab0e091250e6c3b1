/** Whether somebody may push, by what the forge calls the permission; undefined where it tells the token's owner nothing of that. */
import { Effect, Schema } from "effect"
import type { Repository } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import type { RestClient } from "./RestClient.ts"

const Permission = Schema.Struct({ permission: Schema.String })

/** Undefined where the token may not know it. */
export const unlessUntold = <A>(asked: Effect.Effect<A, ForgeError>): Effect.Effect<A | undefined, ForgeError> =>
  Effect.catchIf(
    asked,
    ({ reason }) => reason._tag === "Forbidden" || reason._tag === "NotFound",
    () => Effect.succeed(undefined)
  )

/** Of the repository at this path of the API. */
export const mayWriteAt =
  (call: RestClient, repository: string, mayPush: ReadonlySet<string>): Repository["mayWrite"] => (login) =>
    call({
      operation: "ask for permissions at",
      method: "GET",
      path: `${repository}/collaborators/${encodeURIComponent(login)}/permission`,
      answer: Permission
    }).pipe(
      Effect.map(({ permission }) => mayPush.has(permission)),
      unlessUntold
    )
