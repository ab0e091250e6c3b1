/** The page in `config.yaml`: the OpenID provider whose tokens the cluster accepts, for people who sign in with a browser. No secret is in it. */
import { Schema } from "effect"
import { or } from "./Default.ts"
import { rule } from "./SpecText.ts"

const onThisMachine = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** What goes over a network goes encrypted: codes and tokens are sent there. */
const isEncrypted = ({ hostname, protocol }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && onThisMachine.test(hostname))

const isAddress = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && isEncrypted(url) && url.username === "" && url.password === "" && url.search === "" &&
    url.hash === "" && !/\s/.test(text)
}

const issuer = Schema.String.check(rule("an https URL without query, as the provider's tokens name it", isAddress))
const origin = Schema.String.check(
  rule("an https URL without path", (text) => isAddress(text) && new URL(text).pathname === "/")
)
/** RFC 6749, 3.3 */
const scope = Schema.String.check(
  rule("one scope, without blanks", (text) => /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(text))
)

export const ProviderToken = Schema.Literals(["id_token", "access_token"])

export const OidcConfig = Schema.Struct({
  /** As the tokens' `iss` has it; `/.well-known/openid-configuration` is looked up below it. */
  issuer,
  /** A public client (without a secret) of the provider, for authorization codes with PKCE. */
  clientId: Schema.NonEmptyString,
  scopes: or(
    Schema.Array(scope).check(rule("openid among the scopes", (scopes) => scopes.includes("openid"))),
    ["openid", "profile", "email"]
  ),
  /** Which of the provider's tokens the API is sent, and the cluster decides on. */
  token: or(ProviderToken, "id_token"),
  /** Origins of the provider besides the issuer's that the page has to reach, such as that of its token endpoint. */
  origins: or(Schema.Array(origin), [])
})
export type OidcConfig = typeof OidcConfig.Type

export const DashboardConfig = Schema.Struct({
  /** Whether the server has the page at `/`. */
  enabled: or(Schema.Boolean, true),
  /** Absent: people sign in with a bearer token. */
  oidc: Schema.optionalKey(OidcConfig)
})
export type DashboardConfig = typeof DashboardConfig.Type

/** Where else the page sends requests: for `connect-src` of its content security policy. */
export const providerOrigins = ({ oidc }: Pick<DashboardConfig, "oidc">): ReadonlyArray<string> =>
  oidc === undefined ? [] : [...new Set([oidc.issuer, ...oidc.origins].map((address) => new URL(address).origin))]
