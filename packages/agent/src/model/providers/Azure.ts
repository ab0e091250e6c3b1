/**
 * Azure's resources of models (Azure OpenAI, Foundry): the APIs below paths of their own, with a key, or with a token of Entra that is had
 * for a service account's own.
 */
import { Effect } from "effect"
import { HttpClientRequest } from "effect/http"
import type { Asked, ModelProvider, NoProof } from "../ModelProvider.ts"
import { bearerIn, type CloudOptions, formRequest, makeRenewed, needed, proofFrom } from "./Cloud.ts"
import { makeBetas, messagesFor } from "./MessagesInCloud.ts"
import { nameOf, renamedBody } from "./Names.ts"

/** What a token is for: Claude's API in Foundry has a name of its own. */
const scopes = {
  messages: "https://ai.azure.com/.default",
  others: "https://cognitiveservices.azure.com/.default"
}

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case */
const federated = (options: CloudOptions, scope: string) =>
  Effect.gen(function*() {
    const { provider: { clientId = "", tenantId = "", tokenFile, tokenUrl } } = options
    const assertion = yield* needed(options, tokenFile, "service account token")
    const told = yield* proofFrom(
      options,
      formRequest(tokenUrl ?? `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`, {
        grant_type: "client_credentials",
        client_id: clientId,
        scope,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion
      })
    )
    return yield* bearerIn(options, told)
  })

/** The resource's own address, which people also copy with the path of one of its APIs. */
const resourceOf = (baseUrl: string): string =>
  baseUrl.replace(/\/+$/, "").replace(/\/(?:openai|anthropic)(?:\/v1)?$/, "")

export const azure = (options: CloudOptions): ModelProvider => {
  const { provider } = options
  const { baseUrl = "", keyFile, name, names, tokenFile } = provider
  const address = resourceOf(baseUrl)
  const tokens = {
    messages: makeRenewed(federated(options, scopes.messages)),
    others: makeRenewed(federated(options, scopes.others))
  }
  const betas = makeBetas("azure")
  const audience = ({ dialect }: Asked) => dialect.api === "messages" ? "messages" : "others"

  const proof = (asked: Asked): Effect.Effect<Record<string, string>, NoProof> =>
    tokenFile === undefined
      ? Effect.map(needed(options, keyFile, "API key"), (key) => ({
        [audience(asked) === "messages" ? "x-api-key" : "api-key"]: key
      }))
      : Effect.map(tokens[audience(asked)].get, (value) => ({ authorization: `Bearer ${value}` }))

  /** Deployments have names of their own. */
  const called = (asked: Asked) => {
    const { checked, dialect, headers, model, target } = asked
    const { "anthropic-beta": _, ...sent } = dialect.requestHeaders(headers, undefined, model)
    if (audience(asked) === "others") {
      return {
        path: `/openai${target.path}`,
        headers: sent,
        body: checked === undefined ? "{}" : renamedBody(checked, names)
      }
    }
    const { body, names: wanted } = messagesFor(asked, betas)
    return {
      path: `/anthropic${target.path}`,
      headers: { ...sent, ...(wanted.length === 0 ? {} : { "anthropic-beta": wanted.join(",") }) },
      body: JSON.stringify({ model: nameOf(names, checked?.model ?? ""), ...body })
    }
  }

  return {
    name,
    address,
    prices: provider.prices ?? {},
    serves: ({ asks }) => asks === "answer",
    request: Effect.fnUntraced(function*(asked: Asked) {
      const { body, headers, path } = called(asked)
      const request = HttpClientRequest.post(`${address}${path}`, { headers: { ...headers, ...(yield* proof(asked)) } })
      return HttpClientRequest.bodyText(request, body, "application/json")
    }),
    answer: ({ headers, status, stream }) => ({ status, headers, bytes: stream }),
    again: (refused, asked) =>
      refused.status === 401 && tokenFile !== undefined
        ? Effect.as(tokens[audience(asked)].forget, true)
        : Effect.sync(() => betas.learn(refused, asked))
  }
}
