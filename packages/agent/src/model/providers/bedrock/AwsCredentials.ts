/**
 * Who asks AWS: keys of a Secret, or a service account's token that STS (a role for web identity) or the EKS agent (Pod Identity) takes for
 * keys of an hour or so.
 */
import { DateTime, Effect, Option, Schema } from "effect"
import { HttpClientRequest } from "effect/http"
import type { NoProof } from "../../ModelProvider.ts"
import {
  type CloudOptions,
  formRequest,
  type Lasting,
  makeRenewed,
  needed,
  noAnswer,
  proofFrom,
  type Renewed
} from "../Cloud.ts"

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const time = Schema.Union([Schema.Finite, Schema.String])

const Assumed = Schema.fromJsonString(Schema.Struct({
  AssumeRoleWithWebIdentityResponse: Schema.Struct({
    AssumeRoleWithWebIdentityResult: Schema.Struct({
      Credentials: Schema.Struct({
        AccessKeyId: Schema.String,
        SecretAccessKey: Schema.String,
        SessionToken: Schema.String,
        Expiration: time
      })
    })
  })
}))

const FromAgent = Schema.fromJsonString(Schema.Struct({
  AccessKeyId: Schema.String,
  SecretAccessKey: Schema.String,
  Token: Schema.String,
  Expiration: time
}))

const decodeAssumed = Schema.decodeUnknownOption(Assumed)
const decodeFromAgent = Schema.decodeUnknownOption(FromAgent)

/** STS says seconds in JSON, the agent a time in words. */
const millis = (at: number | string): number =>
  typeof at === "number"
    ? at * 1000
    : Option.match(DateTime.make(at), { onNone: () => 0, onSome: ({ epochMilliseconds }) => epochMilliseconds })

/** A Secret may be renewed: its files are read anew after a minute, which is two more before this ends. */
const whileMillis = 60_000 + 120_000

const fromSecret = Effect.fnUntraced(function*(options: CloudOptions): Effect.fn.Return<Lasting<AwsKeys>, NoProof> {
  const { provider: { keyFile }, read } = options
  const secretAccessKey = yield* needed(options, keyFile, "secret access key (AWS_SECRET_ACCESS_KEY)")
  const accessKeyId = yield* needed(options, `${keyFile}-id`, "access key id (AWS_ACCESS_KEY_ID)")
  const sessionToken = yield* read(`${keyFile}-session`)
  return {
    value: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    forMillis: whileMillis
  }
})

const assumed = Effect.fnUntraced(function*(
  options: CloudOptions,
  roleArn: string
): Effect.fn.Return<Lasting<AwsKeys>, NoProof> {
  const { provider: { region, tokenFile, tokenUrl } } = options
  const token = yield* needed(options, tokenFile, "service account token")
  const { nowMillis, text } = yield* proofFrom(
    options,
    formRequest(tokenUrl ?? `https://sts.${region}.amazonaws.com/`, {
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: roleArn,
      RoleSessionName: "orchestrator-broker",
      WebIdentityToken: token
    })
  )
  const found = Option.getOrUndefined(decodeAssumed(text))
  if (found === undefined) return yield* noAnswer(options)
  const { AccessKeyId, Expiration, SecretAccessKey, SessionToken } =
    found.AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult.Credentials
  return {
    value: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    forMillis: millis(Expiration) - nowMillis
  }
})

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const eksAgent = "http://169.254.170.23/v1/credentials"

const fromAgent = Effect.fnUntraced(function*(options: CloudOptions): Effect.fn.Return<Lasting<AwsKeys>, NoProof> {
  const { provider: { tokenFile, tokenUrl } } = options
  const token = yield* needed(options, tokenFile, "service account token")
  const { nowMillis, text } = yield* proofFrom(
    options,
    HttpClientRequest.get(tokenUrl ?? eksAgent, { headers: { authorization: token, accept: "application/json" } })
  )
  const found = Option.getOrUndefined(decodeFromAgent(text))
  if (found === undefined) return yield* noAnswer(options)
  const { AccessKeyId, Expiration, SecretAccessKey, Token } = found
  return {
    value: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token },
    forMillis: millis(Expiration) - nowMillis
  }
})

export const awsCredentials = (options: CloudOptions): Renewed<AwsKeys> => {
  const { guard, provider: { roleArn, tokenFile } } = options
  const obtain = tokenFile === undefined
    ? fromSecret(options)
    : roleArn === undefined
    ? fromAgent(options)
    : assumed(options, roleArn)
  return makeRenewed(Effect.tap(obtain, ({ value: { secretAccessKey, sessionToken } }) =>
    Effect.sync(() => {
      guard(secretAccessKey)
      if (sessionToken !== undefined) guard(sessionToken)
    })))
}
