/** The namespaces whose runs an installation looks after. */
import type { OrchestratorConfig } from "./OrchestratorConfig.ts"

/** In a list of namespaces: every one of the cluster. */
export const everyNamespace = "*"

/** Its own first; undefined: every namespace of the cluster. */
export const watchedNamespaces = (
  { watchNamespaces }: Pick<OrchestratorConfig, "watchNamespaces">,
  own: string
): ReadonlyArray<string> | undefined =>
  watchNamespaces.includes(everyNamespace) ? undefined : [...new Set([own, ...watchNamespaces])]
