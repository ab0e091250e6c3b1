/**
 * Azure's resources of models (Azure OpenAI, Foundry): the APIs below paths of their own, with a key, or with a token of Entra that is had
 * for a service account's own.
 */
import { Effect } from "effect"
import { HttpClientRequest } from "effect/http"
import type { Asked, ModelProvider } from "../ModelProvider.ts"
import { bearerIn, type CloudOptions, formRequest, makeRenewed, needed, proofFrom } from "./Cloud.ts"
import { renamedBody } from "./Names.ts"

const scope = "https://cognitiveservices.azure.com/.default"

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case */
const federated = (options: CloudOptions) =>
  Effect.gen(function*() {
    const { provider: { clientId = "", tenantId = "", tokenFile, tokenUrl } } = options
    const assertion = yield* needed(options, tokenFile, "service account token")
    const text = yield* proofFrom(
      options,
      formRequest(tokenUrl ?? `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`, {
        grant_type: "client_credentials",
        client_id: clientId,
        scope,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion
      })
    )
    return yield* bearerIn(options, text)
  })

export const azure = (options: CloudOptions): ModelProvider => {
  const { provider } = options
  const { baseUrl = "", keyFile, name, names, tokenFile } = provider
  const address = baseUrl.replace(/\/+$/, "")
  const token = makeRenewed(federated(options))

  const proof = tokenFile === undefined
    ? Effect.map(needed(options, keyFile, "API key"), (key): Record<string, string> => ({ "api-key": key }))
    : Effect.map(token.get, (value): Record<string, string> => ({ authorization: `Bearer ${value}` }))

  return {
    name,
    address,
    serves: ({ asks }) => asks === "answer",
    request: Effect.fnUntraced(function*({ checked, dialect, headers, model, target }: Asked) {
      const mount = dialect.api === "messages" ? "/anthropic" : "/openai"
      const request = HttpClientRequest.post(`${address}${mount}${target.path}`, {
        headers: { ...dialect.requestHeaders(headers, undefined, model), ...(yield* proof) }
      })
      // Deployments have names of their own.
      const body = checked === undefined ? "{}" : renamedBody(checked, names)
      return HttpClientRequest.bodyText(request, body, "application/json")
    }),
    answer: ({ headers, status, stream }) => ({ status, headers, bytes: stream }),
    again: ({ status }) =>
      status === 401 && tokenFile !== undefined ? Effect.as(token.forget, true) : Effect.succeed(false)
  }
}
