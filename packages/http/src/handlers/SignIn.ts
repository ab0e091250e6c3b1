import type { OidcConfig } from "@orchestrator/domain/DashboardConfig"
import { Duration, Effect, Redacted } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import { Unauthenticated } from "../contract/Problem.ts"
import { askedNamespace } from "../services/AskedNamespace.ts"
import { SignIn } from "../services/SignIn.ts"
import { linkLifetime } from "../services/SignInLinks.ts"

/** The same for every link that is none, so that nothing is learnt from it. */
const refused = (tokenHint: string) =>
  new Unauthenticated({
    detail: `Expected a sign-in link that nobody has used and that is less than ${
      Duration.format(linkLifetime)
    } old, found another one`,
    hint: `Open a fresh link: press o in the terminal of \`orchestrator dev\`. Or sign in with a token. ${tokenHint}`
  })

const publicPart = ({ clientId, issuer, scopes, token }: OidcConfig) => ({ issuer, clientId, scopes, token })

export const SignInHandlers = HttpApiBuilder.group(
  Api,
  "signIn",
  Effect.fnUntraced(function*(handlers) {
    const { links, provider, required, tokenHint } = yield* SignIn
    const hint = Effect.map(yield* askedNamespace, tokenHint)
    return handlers.handleAll({
      ways: () =>
        Effect.map(hint, (tokenHint) => ({
          required,
          tokenHint,
          links: links !== undefined,
          ...(provider === undefined ? {} : { provider: publicPart(provider) })
        })),
      link: Effect.fnUntraced(function*({ payload: { code } }) {
        const token = links === undefined ? undefined : yield* links.redeem(code)
        return token === undefined ? yield* refused(yield* hint) : { token: Redacted.value(token) }
      })
    })
  })
)
