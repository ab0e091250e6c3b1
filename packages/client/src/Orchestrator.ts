/**
 * The client for programs without Effect: promises, async iterators, errors that are `Error`s, and an AbortSignal for every call. Made
 * of the typed client, so that both say the same.
 */
import { Api } from "@orchestrator/http/contract/Api"
import { type CodeRuns, NewCodeRun, type RetryCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import { type DocsRuns, NewDocsRun, type RetryDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import type { System } from "@orchestrator/http/contract/System"
import { Context, Effect, Layer, ManagedRuntime, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { type CallOptions, callsWith } from "./Call.ts"
import { asUnexpected } from "./Failures.ts"
import { OrchestratorClient, toServer } from "./OrchestratorClient.ts"
import { makeRuns, type Runs } from "./Runs.ts"

export interface ConnectOptions {
  /** `http://127.0.0.1:8080` */
  readonly server: string
  /** Bearer token of the cluster, where the server wants one; a function is asked before every request. */
  readonly token?: string | (() => string | Promise<string>) | undefined
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

type Endpoint<Groups, Name extends string> = Groups extends { readonly endpoints: infer All }
  ? All extends { readonly [Key in Name]: infer One } ? One : never
  : never
type Answer<One> = One extends { readonly "~Success": { readonly Type: infer Value } } ? Value : never
type Query<One> = One extends { readonly "~Query": { readonly Type: infer Value } } ? Value : never

export type CodeRun = Answer<Endpoint<typeof CodeRuns, "get">>
export type DocsRun = Answer<Endpoint<typeof DocsRuns, "get">>

export type CodeRunFilters = Query<Endpoint<typeof CodeRuns, "list">>
export type DocsRunFilters = Query<Endpoint<typeof DocsRuns, "list">>

export type LogOptions = Query<Endpoint<typeof CodeRuns, "logs">>
export type TranscriptOptions = Query<Endpoint<typeof CodeRuns, "transcript">>
export type RunFiles = Answer<Endpoint<typeof CodeRuns, "files">>
export type Attempt = Answer<Endpoint<typeof CodeRuns, "attempts">>["items"][number]

export type Readiness = Answer<Endpoint<typeof System, "ready">>

interface CommonTypes {
  readonly logs: LogOptions
  readonly transcript: TranscriptOptions
  readonly files: RunFiles
  readonly attempt: Attempt
}
interface CodeTypes extends CommonTypes {
  readonly newRun: typeof NewCodeRun
  readonly filters: CodeRunFilters
  readonly retry: typeof RetryCodeRun.Type
  readonly run: CodeRun
}
interface DocsTypes extends CommonTypes {
  readonly newRun: typeof NewDocsRun
  readonly filters: DocsRunFilters
  readonly retry: typeof RetryDocsRun.Type
  readonly run: DocsRun
}

export interface Orchestrator {
  readonly codeRuns: Runs<CodeTypes>
  readonly docsRuns: Runs<DocsTypes>
  /** Fails while the server is not ready to serve; what agents lack is in `warnings`. */
  readonly ready: (options?: CallOptions) => Promise<Readiness>
}

const tokenOf = (token: ConnectOptions["token"]) => {
  if (token === undefined) return undefined
  return typeof token === "string" ? Redacted.make(token) : Effect.promise(async () => Redacted.make(await token()))
}

/** The client of a server. Nothing is sent before the first call, and nothing has to be closed. */
export const connect = ({ fetch, server, token }: ConnectOptions): Orchestrator => {
  const layer = Layer.effect(
    OrchestratorClient,
    HttpApiClient.make(Api, {
      transformClient: toServer({ baseUrl: server, token: tokenOf(token) }),
      transformResponse: Effect.mapError(asUnexpected)
    })
  ).pipe(
    Layer.provideMerge(FetchHttpClient.layer),
    Layer.provideMerge(fetch === undefined ? Layer.empty : Layer.succeed(FetchHttpClient.Fetch, fetch))
  )
  const context = ManagedRuntime.make(layer).runSync(Effect.context<OrchestratorClient>())
  const client = Context.get(context, OrchestratorClient)
  const calls = callsWith(context)
  return {
    codeRuns: makeRuns<CodeTypes>(calls, client.codeRuns, NewCodeRun),
    docsRuns: makeRuns<DocsTypes>(calls, client.docsRuns, NewDocsRun),
    ready: (options) => calls.promise(client.ready({}), options)
  }
}
