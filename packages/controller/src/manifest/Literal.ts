/** Kubernetes expands `$(NAME)` in values and takes `$$` for `$`; a requester's text stays what it is. */
import type { EnvVar } from "@orchestrator/k8s/Objects"

/** A variable whose container sees exactly this text. */
export const literal = (name: string, text: string): EnvVar => ({ name, value: text.replaceAll("$", () => "$$") })
