/**
 * Installation tokens of a GitHub App: a short JWT, signed with its private key, names the app; for the repository's installation it gets a
 * token for that one repository, with the permissions that the work needs and no other.
 */
import { Clock, DateTime, Effect, Option, Redacted, Schema } from "effect"
import { sign } from "node:crypto"
import type { AppTokenRequest, AppUse, RequestAppToken } from "../AppTokens.ts"
import type { RepositoryName } from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import { jsonOf } from "../rest/Json.ts"
import { problemWords } from "../rest/Problem.ts"
import { makeRestClient, type RestClient, type RestDialect } from "../rest/RestClient.ts"
import { gitHubDialect } from "./GitHub.ts"

const Installation = Schema.Struct({ id: Schema.Int, suspended_at: Schema.optionalKey(Schema.NullOr(Schema.String)) })
const Token = Schema.Struct({ token: Schema.NonEmptyString, expires_at: Schema.String })

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** GitHub takes ten minutes at most, and clocks differ, to either side. */
const validity = { before: 290, after: 290 }

/** Undefined where the text is no private key. */
export const appJwt = (id: string, key: string, nowSeconds: number): string | undefined => {
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${
    part({ iat: nowSeconds - validity.before, exp: nowSeconds + validity.after, iss: id })
  }`
  try {
    return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`
  } catch {
    return undefined
  }
}

type Permissions = Readonly<Record<string, "read" | "write">>

/** Every token may read a repository's metadata, and so who may push. Labels and reviewers are a pull request's. */
const permissions: Readonly<Record<AppUse, Permissions>> = {
  deliver: { contents: "write", pull_requests: "write" },
  read: { contents: "read" },
  look: { pull_requests: "read" },
  checks: { checks: "read", statuses: "read", actions: "read" },
  answer: { pull_requests: "write" }
}

/** Reading issues takes a permission of its own. */
export const permissionsFor = ({ readsIssue, use }: Pick<AppTokenRequest, "use" | "readsIssue">): Permissions => ({
  ...permissions[use],
  ...(readsIssue ? { issues: "read" } : {})
})

interface FoundInstallation {
  readonly id: number
  /** The one repository that a token is for, as the request has it. */
  readonly repository: { readonly repositories: ReadonlyArray<string> } | {
    readonly repository_ids: ReadonlyArray<number>
  }
}

/** Of a repository that was renamed GitHub says its number. */
const numberIn = ({ reason }: ForgeError): number | undefined => {
  const found = reason._tag === "Moved" ? /^\/repositories\/(\d+)\/installation$/.exec(reason.path)?.[1] : undefined
  return found === undefined ? undefined : Number(found)
}

/** What is wrong with a JWT that GitHub does not take. */
const jwtProblem = (words: string, id: string, offSeconds: number | undefined): string => {
  if (/'(?:iat|exp)'/.test(words)) {
    const off = offSeconds === undefined
      ? ""
      : ` by ${Math.abs(offSeconds)} s, which it is ${offSeconds < 0 ? "ahead" : "behind"}`
    return `the clock of the node differs from the forge's${off}: set it`
  }
  return `the key is not app ${id}'s: check the private key in github.app.secretName, and github.app.id`
}

/** The app's own requests are refused for other reasons than a user's. */
const dialectFor = (id: string, nowMillis: number): RestDialect => ({
  ...gitHubDialect,
  meaning: ({ headers, status, text }) => {
    const said = problemWords(jsonOf(text))
    if (status === 404 && /integration not found/i.test(said)) {
      return { _tag: "Refused", words: `there is no app ${id} there: check github.app.id and github.app.host` }
    }
    if (status !== 401) return undefined
    const date = Option.flatMap(Option.fromUndefinedOr(headers["date"]), DateTime.make)
    const off = Option.map(date, (there) => Math.round((DateTime.toEpochMillis(there) - nowMillis) / 1000))
    return { _tag: "Refused", words: jwtProblem(said, id, Option.getOrUndefined(off)) }
  }
})

const notInstalled = "the app is not installed there: install it, and select the repository in its installation"

const installationOf = (
  call: RestClient,
  { name, owner }: RepositoryName
): Effect.Effect<FoundInstallation, ForgeError> => {
  const refused = (words: string) =>
    new ForgeError({
      operation: "find the app's installation for",
      ref: `${owner}/${name}`,
      reason: { _tag: "Refused", words }
    })
  const look = (path: string) =>
    call({
      operation: "find the app's installation at",
      method: "GET",
      path: `${path}/installation`,
      answer: Installation
    })
  return look(`/repos/${owner}/${name}`).pipe(
    Effect.map((found) => ({ ...found, repository: { repositories: [name] } })),
    Effect.catchIf((error) => numberIn(error) !== undefined, (error) => {
      const number = numberIn(error) ?? 0
      return Effect.map(
        look(`/repositories/${number}`),
        (found) => ({ ...found, repository: { repository_ids: [number] } })
      )
    }),
    Effect.filterOrFail(
      ({ suspended_at }) => (suspended_at ?? null) === null,
      () => refused("the app's installation is suspended: have an owner of the organization unsuspend it")
    ),
    Effect.mapError((error) => error.reason._tag === "NotFound" ? refused(notInstalled) : error)
  )
}

/** What to do where the installation has less than a token is to have; empty where the forge's words say enough. */
const refusedAdvice = (words: string, request: AppTokenRequest): string => {
  if (/not accessible to the parent installation/i.test(words)) {
    return "; select the repository in the app's installation"
  }
  if (!/permission|not granted/i.test(words)) return ""
  const needed = Object.entries(permissionsFor(request)).map(([name, level]) => `${name.replace("_", " ")}: ${level}`)
  return `; the app needs ${needed.join(", ")}; have its new permissions accepted`
}

const withAdvice = ({ operation, reason, ref }: ForgeError, request: AppTokenRequest): ForgeError => {
  const { name, owner } = request.repository
  return reason._tag === "Refused"
    ? new ForgeError({
      operation,
      ref: `${owner}/${name}`,
      reason: { _tag: "Refused", words: `${reason.words}${refusedAdvice(reason.words, request)}` }
    })
    : new ForgeError({ operation, ref, reason })
}

export const requestAppToken: RequestAppToken = Effect.fn("AppToken.request")(function*(request) {
  const { api, client, id, key, repository } = request
  const now = yield* Clock.currentTimeMillis
  const jwt = appJwt(id, Redacted.value(key), Math.floor(now / 1000))
  if (jwt === undefined) {
    return yield* new ForgeError({
      operation: "sign for",
      ref: `app ${id}`,
      reason: {
        _tag: "Refused",
        words: "its key is no RSA private key (PEM): check the Secret in github.app.secretName"
      }
    })
  }
  const call = makeRestClient(dialectFor(id, now), { api, client, token: Effect.succeed(Redacted.make(jwt)) })
  const installation = yield* installationOf(call, repository)
  const { expires_at, token } = yield* call({
    operation: "get a token for",
    method: "POST",
    isRepeatable: true,
    path: `/app/installations/${installation.id}/access_tokens`,
    body: { ...installation.repository, permissions: permissionsFor(request) },
    answer: Token
  }).pipe(Effect.mapError((error) => withAdvice(error, request)))
  const end = Option.getOrUndefined(Option.map(DateTime.make(expires_at), DateTime.toEpochMillis))
  return { token: Redacted.make(token), expiresAt: end ?? now }
})
