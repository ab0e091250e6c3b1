/** The run's own token, in each of the ways in which the model's client, git and the runner can send it. Compared in constant time. */
import { Buffer } from "node:buffer"
import { createHash, timingSafeEqual } from "node:crypto"

type Headers = Readonly<Record<string, string | undefined>>

const basicPassword = (credentials: string): string | undefined => {
  const text = Buffer.from(credentials, "base64").toString("utf8")
  const colon = text.indexOf(":")
  return colon < 0 ? undefined : text.slice(colon + 1)
}

/** The token that a request carries: as a key, a bearer token, or the password of basic authentication. */
export const sentToken = (headers: Headers): string | undefined => {
  const key = headers["x-api-key"] ?? headers["x-goog-api-key"]
  if (key !== undefined) return key
  const [scheme = "", value = ""] = (headers["authorization"] ?? "").split(/ +/)
  switch (scheme.toLowerCase()) {
    case "bearer":
      return value
    case "basic":
      return basicPassword(value)
    default:
      return undefined
  }
}

const digest = (text: string) => createHash("sha256").update(text).digest()

/** Whether a request is the run's. */
export const isAuthentic = (headers: Headers, token: string): boolean => {
  const sent = sentToken(headers)
  return sent !== undefined && timingSafeEqual(digest(sent), digest(token))
}
