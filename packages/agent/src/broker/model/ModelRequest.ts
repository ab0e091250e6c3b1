/** What of a request to the model API goes on, and what of its answer comes back. Everything that is not named here stays. */

/** The API's path for a path below `/anthropic`; undefined for what the CLI does not need. */
export const allowedPath = (method: string, path: string, query: string): string | undefined => {
  if (!/^(?:\?[\w=&.%-]*)?$/.test(query)) return undefined
  const known = method === "POST"
    ? path === "/v1/messages" || path === "/v1/messages/count_tokens"
    : method === "GET" && /^\/v1\/models(?:\/[\w@:-][\w.@:-]*)?$/.test(path)
  return known ? `${path}${query}` : undefined
}

/** Whether an answer at this path is a turn of a model, which costs. */
export const isTurn = (path: string): boolean => /^\/v1\/messages(?:\?|$)/.test(path)

const forwarded = /^(?:content-type|accept|user-agent|anthropic-version|anthropic-beta|x-app|x-stainless-[\w-]+)$/
const returned = /^(?:content-type|content-length|request-id|retry-after|x-should-retry|anthropic-[\w-]+)$/

type Headers = Readonly<Record<string, string | undefined>>

const picked = (headers: Headers, names: RegExp): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && names.test(name) ? [[name, value] as const] : []
    )
  )

/** How the API is told who asks. */
export interface ModelKey {
  readonly type: "apiKey" | "oauthToken"
  readonly value: string
}

const oauthBeta = "oauth-2025-04-20"

/** Headers for the API: the agent's harmless ones, our key, and no compression, since the answer is read on its way. */
export const requestHeaders = (headers: Headers, key: ModelKey): Record<string, string> => {
  const kept = { ...picked(headers, forwarded), "accept-encoding": "identity" }
  if (key.type === "apiKey") return { ...kept, "x-api-key": key.value }
  const betas = (headers["anthropic-beta"] ?? "").split(",").map((beta) => beta.trim()).filter((beta) => beta !== "")
  return {
    ...kept,
    authorization: `Bearer ${key.value}`,
    "anthropic-beta": [...new Set([...betas, oauthBeta])].join(",")
  }
}

/** Headers for the agent. */
export const answerHeaders = (headers: Headers): Record<string, string> => picked(headers, returned)
