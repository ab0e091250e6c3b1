/** Where a request to the model API goes, and with which headers; and which headers of the answer come back. */
import type { ModelKey } from "../../broker/services/ModelKey.ts"
import type { Headers } from "../ModelDialect.ts"
import { picked } from "../request/Headers.ts"
import { rowOf } from "../request/Rules.ts"
import { betaRows, headerRows } from "./RequestRules.ts"

/** The API's path for a path below the dialect's own; undefined for what the CLI does not need. */
export const allowedPath = (method: string, path: string, query: string): string | undefined => {
  const known = method === "POST"
    ? /^\/v1\/messages(?:\/count_tokens)?$/.test(path) && /^(?:\?beta=true)?$/.test(query)
    : method === "GET" && /^\/v1\/models(?:\/[\w@:-][\w.@:-]*)?$/.test(path) && /^(?:\?[\w=&.%-]*)?$/.test(query)
  return known ? `${path}${query}` : undefined
}

/** Whether an answer at this path is a turn of a model, which costs. */
export const isTurn = (path: string): boolean => /^\/v1\/messages(?:\?|$)/.test(path)

const returned = /^(?:content-type|content-length|request-id|retry-after|x-should-retry|anthropic-[\w-]+)$/

const oauthBeta = "oauth-2025-04-20"
const longContext = "context-1m"

/** Of the betas that are asked for, those that the table lets through. */
const betasOf = (header: string | undefined, model: string | undefined): ReadonlyArray<string> =>
  (header ?? "").split(",").map((beta) => beta.trim()).filter((beta) => {
    const name = /^([a-z0-9-]+?)-\d{4}-?\d{2}-?\d{2}$/.exec(beta)?.[1]
    if (name === undefined) return false
    return rowOf(betaRows, name)?.treatment === "allowed" || (name === longContext && model?.endsWith("[1m]") === true)
  })

/** Headers for the API: the agent's harmless ones, our key (none where another proof is added), and no compression, since the answer is read on its way. */
export const requestHeaders = (
  headers: Headers,
  key: ModelKey | undefined,
  model: string | undefined
): Record<string, string> => {
  const { "anthropic-beta": _, ...kept } = picked(headers, (name) => rowOf(headerRows, name)?.treatment === "allowed")
  const betas = betasOf(headers["anthropic-beta"], model)
  const asked = [...new Set(key?.type === "oauthToken" ? [...betas, oauthBeta] : betas)]
  return {
    ...kept,
    ...(asked.length === 0 ? {} : { "anthropic-beta": asked.join(",") }),
    "accept-encoding": "identity",
    ...(key === undefined
      ? {}
      : key.type === "apiKey"
      ? { "x-api-key": key.value }
      : { authorization: `Bearer ${key.value}` })
  }
}

/** Headers for the agent. */
export const answerHeaders = (headers: Headers): Record<string, string> =>
  picked(headers, (name) => returned.test(name))
