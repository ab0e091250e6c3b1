/** Whose runs a request is about: of the namespace below `/namespaces/NAME`, or of the server's own. */
import { Context, Effect } from "effect"
import { HttpSettings } from "./HttpSettings.ts"

/** Name of the namespace in a request's path; undefined: its path has none. */
export const AskedNamespace = Context.Reference<string | undefined>("@orchestrator/http/services/AskedNamespace", {
  defaultValue: () => undefined
})

/** For what is made once for all namespaces: the one that each request is about. Needs HttpSettings. */
export const askedNamespace = Effect.map(
  HttpSettings,
  ({ namespace }) => Effect.map(AskedNamespace, (asked) => asked ?? namespace)
)
