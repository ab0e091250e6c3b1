/** Whether somebody may push, by what the forge calls the permission; undefined where it tells the token's owner nothing of that. */
import { Effect, Schema } from "effect"
import type { Repository } from "../ForgeAdapter.ts"
import type { RestClient } from "./RestClient.ts"

const Permission = Schema.Struct({ permission: Schema.String })

/** Of the repository at this path of the API. */
export const mayWriteAt =
  (call: RestClient, repository: string, mayPush: ReadonlySet<string>): Repository["mayWrite"] => (login) =>
    call({
      operation: "ask for permissions at",
      method: "GET",
      path: `${repository}/collaborators/${encodeURIComponent(login)}/permission`,
      answer: Permission
    }).pipe(
      Effect.map(({ permission }): boolean | undefined => mayPush.has(permission)),
      Effect.catchIf(
        ({ reason }) => reason._tag === "Forbidden" || reason._tag === "NotFound",
        () => Effect.succeed(undefined)
      )
    )
