/** `/api/v1/sign-in`: what the page has to know before it knows who is there. Public, and without secrets. */
import { ProviderToken } from "@orchestrator/domain/DashboardConfig"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Unauthenticated } from "./Problem.ts"
import { ChecksBody } from "./RequestChecks.ts"

const Provider = Schema.Struct({
  issuer: Schema.String.annotate({ description: "Issuer, below which its discovery document lies" }),
  clientId: Schema.String.annotate({ description: "Public client, for authorization codes with PKCE" }),
  scopes: Schema.Array(Schema.String).annotate({ description: "Scopes to ask for" }),
  token: ProviderToken.annotate({ description: "Which of its tokens this API takes" })
}).annotate({ identifier: "SignInProvider", description: "An OpenID provider whose tokens the cluster accepts" })

export const SignInWays = Schema.Struct({
  required: Schema.Boolean.annotate({
    description: "Whether requests need a bearer token; false where the server runs without authentication"
  }),
  tokenHint: Schema.String.annotate({ description: "Where a bearer token is to be had" }),
  provider: Schema.optionalKey(Provider),
  links: Schema.Boolean.annotate({ description: "Whether this server makes one-time links, as the local product does" })
}).annotate({ identifier: "SignInWays", description: "The ways to sign in" })
export type SignInWays = typeof SignInWays.Type

const Redemption = Schema.Struct({
  code: Schema.String.check(Schema.isMaxLength(200)).annotate({ description: "What the link has in its fragment" })
}).annotate({ identifier: "Redemption", description: "A one-time link" })

const SignedIn = Schema.Struct({
  token: Schema.String.annotate({ description: "Bearer token of whoever started the server" })
}).annotate({ identifier: "SignedIn", description: "What the link was good for" })

export class SignInGroup extends HttpApiGroup.make("signIn").add(
  HttpApiEndpoint.get("ways", "/", { success: SignInWays }).annotateMerge(OpenApi.annotations({
    summary: "How to sign in",
    description: "The ways in which a person gets a token for this API. Asks for none itself."
  })),
  HttpApiEndpoint.post("link", "/link", { payload: Redemption, success: SignedIn, error: Unauthenticated }).middleware(
    ChecksBody
  ).annotateMerge(OpenApi.annotations({
    summary: "Exchange a one-time link for a token",
    description: "For the links that `orchestrator dev` prints. Each is good once, and for ten minutes."
  }))
).prefix("/api/v1/sign-in").annotateMerge(OpenApi.annotations({
  title: "Sign-in",
  description: "How a person gets a token."
})) {}
