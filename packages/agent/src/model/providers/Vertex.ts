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
  askTokens,
  bearerIn,
  type CloudOptions,
  formRequest,
  granted,
  type Lasting,
  makeRenewed,
  needed,
  noAnswer,
  proofFrom
} from "./Cloud.ts"
import { googleRefusal } from "./GoogleError.ts"
import { makeBetas, messagesFor } from "./MessagesInCloud.ts"
import { nameOf } from "./Names.ts"

const scope = "https://www.googleapis.com/auth/cloud-platform"
const apiVersion = "vertex-2023-10-16"

const Impersonated = Schema.fromJsonString(Schema.Struct({ accessToken: Schema.String, expireTime: Schema.String }))
const KeyFile = Schema.Struct({
  client_email: Schema.String,
  private_key: Schema.String,
  private_key_id: Schema.optionalKey(Schema.String)
})
/** What `gcloud iam workload-identity-pools create-cred-config` writes: no key, but whose token is taken for what. */
const FederationFile = Schema.Struct({
  type: Schema.Literal("external_account"),
  audience: Schema.String,
  service_account_impersonation_url: Schema.optionalKey(Schema.String)
})
const AnyFile = Schema.fromJsonString(Schema.Union([FederationFile, KeyFile]))

const decodeImpersonated = Schema.decodeUnknownOption(Impersonated)
const decodeFile = Schema.decodeUnknownOption(AnyFile)

/** https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token */
const federated = Effect.fnUntraced(function*(options: CloudOptions): Effect.fn.Return<Lasting<string>, NoProof> {
  const { provider: { audience = "", serviceAccount, tokenFile, tokenUrl } } = options
  const subjectToken = yield* needed(options, tokenFile, "service account token")
  const told = yield* proofFrom(
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
  const own = yield* bearerIn(options, told)
  if (serviceAccount === undefined) return own
  const base = tokenUrl === undefined ? "https://iamcredentials.googleapis.com" : new URL(tokenUrl).origin
  const { nowMillis, text } = yield* proofFrom(
    options,
    HttpClientRequest.bodyText(
      HttpClientRequest.post(`${base}/v1/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`, {
        headers: { authorization: `Bearer ${own.value}` }
      }),
      JSON.stringify({ scope: [scope], lifetime: "3600s" }),
      "application/json"
    )
  )
  const found = Option.getOrUndefined(decodeImpersonated(text))
  const until = found === undefined ? undefined : Option.getOrUndefined(DateTime.make(found.expireTime))
  return found === undefined || until === undefined
    ? yield* noAnswer(options)
    : { value: found.accessToken, forMillis: until.epochMilliseconds - nowMillis }
})

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A file that is no key says what to do with what it is. */
const keyIn = (name: string, text: string): Effect.Effect<typeof KeyFile.Type, NoProof> => {
  const file = Option.getOrUndefined(decodeFile(text))
  if (file !== undefined && "private_key" in file) return Effect.succeed(file)
  const account = /serviceAccounts\/([^/:]+):/.exec(file?.service_account_impersonation_url ?? "")?.[1]
  const message = file === undefined
    ? "is no key file: expected the JSON of a service account's key."
    : `is a file of workload identity federation, which holds no key: set model.providers.${name}.audience to ${file.audience}${
      account === undefined ? "" : ` and serviceAccount to ${account}`
    } in place of secretName.`
  return Effect.fail(new NoProof({ message: `The key of the model provider ${name} ${message}`, why: "Missing" }))
}

/** Not the whole hour that is the most: a clock that is a little ahead would then be refused. */
const assertionSeconds = 3_300
/** What Google's own clock may be from the one that signs. */
const skewMillis = 60_000

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
const keyed = Effect.fnUntraced(function*(options: CloudOptions): Effect.fn.Return<Lasting<string>, NoProof> {
  const { guard, provider: { keyFile, name, tokenUrl = "https://oauth2.googleapis.com/token" } } = options
  const key = yield* keyIn(name, yield* needed(options, keyFile, "key file"))
  guard(key.private_key)
  const head = { alg: "RS256", typ: "JWT", ...(key.private_key_id === undefined ? {} : { kid: key.private_key_id }) }
  const askAt = Effect.fnUntraced(function*(millis: number) {
    const iat = Math.floor(millis / 1000)
    const claims = { iss: key.client_email, scope, aud: tokenUrl, iat, exp: iat + assertionSeconds }
    const unsigned = `${part(head)}.${part(claims)}`
    const signature = yield* Effect.try({
      try: () => sign("RSA-SHA256", Buffer.from(unsigned), key.private_key).toString("base64url"),
      catch: () =>
        new NoProof({ message: `The key file of the model provider ${name} has no usable key.`, why: "Missing" })
    })
    return yield* askTokens(
      options,
      formRequest(tokenUrl, {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: `${unsigned}.${signature}`
      })
    )
  })
  const now = (yield* DateTime.now).epochMilliseconds
  const first = yield* askAt(now)
  const isSkewed = first.status === 400 && Math.abs(first.nowMillis - now) > skewMillis
  return yield* bearerIn(options, yield* granted(options, isSkewed ? yield* askAt(first.nowMillis) : first))
})

/** Regions, groups of them (`us`, `eu`), and all the world. https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
export const hostOf = (region: string): string => {
  if (region === "global") return "aiplatform.googleapis.com"
  return /^(?:us|eu)$/.test(region)
    ? `aiplatform.${region}.rep.googleapis.com`
    : `${region}-aiplatform.googleapis.com`
}

export const vertex = (options: CloudOptions): ModelProvider => {
  const { guard, provider } = options
  const { baseUrl, name, project = "", region = "global" } = provider
  const address = (baseUrl ?? `https://${hostOf(region)}`).replace(/\/+$/, "")
  const token = makeRenewed(
    Effect.tap(
      provider.tokenFile === undefined ? keyed(options) : federated(options),
      ({ value }) => Effect.sync(() => guard(value))
    )
  )
  const models = `${address}/v1/projects/${project}/locations/${region}/publishers`

  const betas = makeBetas("vertex")
  const called = (asked: Asked) => {
    const { checked, dialect, target } = asked
    const id = encodeURIComponent(nameOf(provider.names, checked?.model ?? "")).replaceAll("%40", "@")
    if (dialect.api === "generateContent") {
      return {
        url: `${models}/google/models/${id}${target.path.slice(target.path.lastIndexOf(":"))}`,
        text: checked?.body ?? "",
        headers: {}
      }
    }
    const { body, names } = messagesFor(asked, betas)
    const call = body["stream"] === true ? "streamRawPredict" : "rawPredict"
    return {
      url: `${models}/anthropic/models/${id}:${call}`,
      text: JSON.stringify({ anthropic_version: apiVersion, ...body }),
      headers: names.length === 0 ? {} : { "anthropic-beta": names.join(",") }
    }
  }

  return {
    name,
    address,
    prices: provider.prices ?? {},
    serves: ({ asks }) => asks === "answer",
    request: Effect.fnUntraced(function*(asked: Asked) {
      const { text, url, headers: own } = called(asked)
      const headers = { ...own, authorization: `Bearer ${yield* token.get}`, "accept-encoding": "identity" }
      return HttpClientRequest.bodyText(HttpClientRequest.post(url, { headers }), text, "application/json")
    }),
    answer: ({ headers, status, stream }, { dialect }) => {
      const answer = { status, headers, bytes: stream, ownLimit: geminiLimit }
      return dialect.api === "messages" && status >= 300 ? googleRefusal(answer) : answer
    },
    again: (refused, asked) =>
      refused.status === 401 ? Effect.as(token.forget, true) : Effect.sync(() => betas.learn(refused, asked))
  }
}
