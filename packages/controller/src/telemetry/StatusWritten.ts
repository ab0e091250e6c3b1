/** Told of every status that was written, once it is: for those who count, log and tell. They change nothing, and never fail. */
import { Context, Effect } from "effect"
import type { StatusWrite } from "../decide/Action.ts"

export const StatusWritten = Context.Reference<(write: StatusWrite) => Effect.Effect<void>>(
  "@orchestrator/controller/telemetry/StatusWritten",
  { defaultValue: () => () => Effect.void }
)
