/**
 * Google's Vertex AI: the Messages API as raw predictions of a publisher's model, and generateContent. A token for the cloud is had for a
 * service account's own (workload identity federation), or for a signed word of a key file.
 */
import { DateTime, Effect, Option, Schema } from "effect"
import { HttpClientRequest } from "effect/http"
import { sign } from "node:crypto"
import { geminiLimit } from "../gemini/GeminiLimit.ts"
import { type Asked, type ModelProvider, NoProof } from "../ModelProvider.ts"
import {
  bearerIn,
  type CloudOptions,
  formRequest,
  type Lasting,
  makeRenewed,
  needed,
  noAnswer,
  proofFrom
} from "./Cloud.ts"
import { googleRefusal } from "./GoogleError.ts"
import { messagesBody } from "./MessagesInCloud.ts"
import { nameOf } from "./Names.ts"

const scope = "https://www.googleapis.com/auth/cloud-platform"
const apiVersion = "vertex-2023-10-16"

const Impersonated = Schema.fromJsonString(Schema.Struct({ accessToken: Schema.String, expireTime: Schema.String }))
const KeyFile = Schema.fromJsonString(Schema.Struct({
  client_email: Schema.String,
  private_key: Schema.String,
  private_key_id: Schema.optionalKey(Schema.String)
}))

const decodeImpersonated = Schema.decodeUnknownOption(Impersonated)
const decodeKeyFile = Schema.decodeUnknownOption(KeyFile)

/** https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token */
const federated = Effect.fnUntraced(function*(options: CloudOptions): Effect.fn.Return<Lasting<string>, NoProof> {
  const { provider: { audience = "", serviceAccount, tokenFile, tokenUrl } } = options
  const subjectToken = yield* needed(options, tokenFile, "service account token")
  const text = yield* proofFrom(
    options,
    formRequest(tokenUrl ?? "https://sts.googleapis.com/v1/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience,
      scope,
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      subject_token: subjectToken
    })
  )
  const own = yield* bearerIn(options, text)
  if (serviceAccount === undefined) return own
  const base = tokenUrl === undefined ? "https://iamcredentials.googleapis.com" : new URL(tokenUrl).origin
  const answer = yield* proofFrom(
    options,
    HttpClientRequest.bodyText(
      HttpClientRequest.post(`${base}/v1/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`, {
        headers: { authorization: `Bearer ${own.value}` }
      }),
      JSON.stringify({ scope: [scope], lifetime: "3600s" }),
      "application/json"
    )
  )
  const found = Option.getOrUndefined(decodeImpersonated(answer))
  const until = found === undefined ? undefined : Option.getOrUndefined(DateTime.make(found.expireTime))
  return found === undefined || until === undefined
    ? yield* noAnswer(options)
    : { value: found.accessToken, untilMillis: until.epochMilliseconds }
})

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
const keyed = Effect.fnUntraced(function*(options: CloudOptions): Effect.fn.Return<Lasting<string>, NoProof> {
  const { guard, provider: { keyFile, name, tokenUrl = "https://oauth2.googleapis.com/token" } } = options
  const key = Option.getOrUndefined(decodeKeyFile(yield* needed(options, keyFile, "key file")))
  if (key === undefined) {
    return yield* new NoProof({
      message: `The key of the model provider ${name} is no key file: expected the JSON of a service account.`,
      missing: true
    })
  }
  guard(key.private_key)
  const seconds = Math.floor((yield* DateTime.now).epochMilliseconds / 1000)
  const head = { alg: "RS256", typ: "JWT", ...(key.private_key_id === undefined ? {} : { kid: key.private_key_id }) }
  const claims = { iss: key.client_email, scope, aud: tokenUrl, iat: seconds, exp: seconds + 3600 }
  const unsigned = `${part(head)}.${part(claims)}`
  const signature = yield* Effect.try({
    try: () => sign("RSA-SHA256", Buffer.from(unsigned), key.private_key).toString("base64url"),
    catch: () =>
      new NoProof({ message: `The key file of the model provider ${name} has no usable key.`, missing: true })
  })
  const text = yield* proofFrom(
    options,
    formRequest(tokenUrl, {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: `${unsigned}.${signature}`
    })
  )
  return yield* bearerIn(options, text)
})

export const vertex = (options: CloudOptions): ModelProvider => {
  const { guard, provider } = options
  const { baseUrl, name, project = "", region = "global" } = provider
  const host = region === "global" ? "aiplatform.googleapis.com" : `${region}-aiplatform.googleapis.com`
  const address = (baseUrl ?? `https://${host}`).replace(/\/+$/, "")
  const token = makeRenewed(
    Effect.tap(
      provider.tokenFile === undefined ? keyed(options) : federated(options),
      ({ value }) => Effect.sync(() => guard(value))
    )
  )
  const models = `${address}/v1/projects/${project}/locations/${region}/publishers`

  const called = (asked: Asked) => {
    const { checked, dialect, target } = asked
    const id = encodeURIComponent(nameOf(provider.names, checked?.model ?? "")).replaceAll("%40", "@")
    if (dialect.api === "generateContent") {
      return {
        url: `${models}/google/models/${id}${target.path.slice(target.path.lastIndexOf(":"))}`,
        text: checked?.body ?? ""
      }
    }
    const body = messagesBody(asked, apiVersion)
    const call = body["stream"] === true ? "streamRawPredict" : "rawPredict"
    return { url: `${models}/anthropic/models/${id}:${call}`, text: JSON.stringify(body) }
  }

  return {
    name,
    address,
    serves: ({ asks }) => asks === "answer",
    request: Effect.fnUntraced(function*(asked: Asked) {
      const { text, url } = called(asked)
      const headers = { authorization: `Bearer ${yield* token.get}`, "accept-encoding": "identity" }
      return HttpClientRequest.bodyText(HttpClientRequest.post(url, { headers }), text, "application/json")
    }),
    answer: ({ headers, status, stream }, { dialect }) => {
      const answer = { status, headers, bytes: stream, ownLimit: geminiLimit }
      return dialect.api === "messages" && status >= 300 ? googleRefusal(answer) : answer
    },
    again: ({ status }) => status === 401 ? Effect.as(token.forget, true) : Effect.succeed(false)
  }
}
