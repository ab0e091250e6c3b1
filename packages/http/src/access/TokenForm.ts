/**
 * What can be seen of a token without asking anybody: whether it is one at all, for how long it is good and whom it is for. The claims are
 * not believed, since nobody has checked a signature: they only spare the cluster a question whose answer is known. Pure.
 */
import { Predicate } from "effect"

/** Longer than any token that a cluster issues. */
const longest = 8192

/** RFC 6750; anything else is no token of a cluster, and is not shown to it. */
const wellFormed = /^[\w.~+/-]+=*$/
const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Clocks are not the same everywhere. */
const leewaySeconds = 60

type Claims = Readonly<Record<string, unknown>>

const decoded = (part: string): Claims | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"))
    return Predicate.isObject(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Claims of a JWT (RFC 7519, signed, compact); undefined for any other text. */
const claimsOf = (text: string): Claims | undefined => {
  if (!compact.test(text)) return undefined
  const [header = "", claims = ""] = text.split(".")
  return typeof decoded(header)?.["alg"] === "string" ? decoded(claims) : undefined
}

export interface TokenRules {
  readonly audiences: ReadonlyArray<string>
  /** `jwt`: what clusters issue to service accounts and identity providers to people. `any`: also what only a webhook understands. */
  readonly tokens: "jwt" | "any"
}

/** What was found instead of a token that is worth a question; undefined when it is one. */
export const tokenFault = (text: string, { audiences, tokens }: TokenRules, nowMillis: number): string | undefined => {
  if (text === "") return "none"
  if (text.length > longest) return `one of ${text.length} characters`
  if (!wellFormed.test(text)) return "something else"
  const claims = claimsOf(text)
  if (claims === undefined) return tokens === "jwt" ? "one that is not a JSON Web Token" : undefined
  const { aud, exp, nbf } = claims
  const now = nowMillis / 1000
  if (typeof exp === "number" && exp + leewaySeconds < now) return "one that has expired"
  if (typeof nbf === "number" && nbf - leewaySeconds > now) return "one that is not valid yet"
  const meant = [aud].flat().filter(Predicate.isString)
  return audiences.length > 0 && meant.length > 0 && !meant.some((each) => audiences.includes(each))
    ? "one for another audience"
    : undefined
}
