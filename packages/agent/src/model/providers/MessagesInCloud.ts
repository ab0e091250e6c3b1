/** A request to the Messages API as clouds take it: the model is in the path, and in the body stands what are headers elsewhere. */
import type { Asked } from "../ModelProvider.ts"

export const messagesBody = (
  { checked, dialect, headers, model }: Asked,
  version: string
): Readonly<Record<string, unknown>> => {
  const { "anthropic-beta": betas } = dialect.requestHeaders(headers, undefined, model)
  const { model: _, ...fields } = JSON.parse(checked?.body ?? "{}")
  return { anthropic_version: version, ...(betas === undefined ? {} : { anthropic_beta: betas.split(",") }), ...fields }
}
