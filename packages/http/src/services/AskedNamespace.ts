/** Whose runs a request is about: of the namespace below `/namespaces/NAME`, or of the server's own. */
import { Context, Effect } from "effect"
import { HttpSettings } from "./HttpSettings.ts"

/** Name of the namespace in a request's path; undefined: its path has none. */
export const AskedNamespace = Context.Reference<string | undefined>("@orchestrator/http/services/AskedNamespace", {
  defaultValue: () => undefined
})

/** For what is made once for all namespaces: the one that a request is about, in its context. Needs HttpSettings. */
export const namespaceIn = Effect.map(
  HttpSettings,
  ({ namespace }) => (context: Context.Context<never>): string => Context.get(context, AskedNamespace) ?? namespace
)

/** The same, of the request that asks. */
export const askedNamespace = Effect.map(
  namespaceIn,
  (inContext) => Effect.contextWith((context: Context.Context<never>) => Effect.succeed(inContext(context)))
)
