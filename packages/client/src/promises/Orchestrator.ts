/**
 * The client for programs without Effect: promises, async iterators, errors that are `Error`s, and an AbortSignal for every call. Made
 * of the typed client, so that both say the same.
 */
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { Api } from "@orchestrator/http/contract/Api"
import type { Installations } from "@orchestrator/http/contract/Installation"
import { NewCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import { NewDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import type { SignInWays } from "@orchestrator/http/contract/SignIn"
import type { Models, Services } from "@orchestrator/http/contract/Spending"
import type { Spending } from "@orchestrator/http/contract/SpendingReport"
import type { System } from "@orchestrator/http/contract/System"
import type { Tasks } from "@orchestrator/http/contract/Tasks"
import type { Workspaces as WorkspacesGroup } from "@orchestrator/http/contract/Workspaces"
import { Context, Effect, Layer, ManagedRuntime, Predicate, Redacted } from "effect"
import { FetchHttpClient, HttpClientError } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import type { EventFilters } from "../follow/FollowEvents.ts"
import { watchRuns } from "../follow/WatchRuns.ts"
import type { AnyRun } from "../kinds/RunGroups.ts"
import type { Answer, CodeTypes, DocsTypes, Endpoint, Query } from "../kinds/RunTypes.ts"
import { OrchestratorClient, toServer } from "../OrchestratorClient.ts"
import { type CallOptions, callsWith } from "./Call.ts"
import { asUnexpected } from "./Failures.ts"
import { type Change, listening, makeRuns, type Runs, type WatchOptions } from "./Runs.ts"

export interface ConnectOptions {
  /** `http://127.0.0.1:8080` */
  readonly server: string
  /** Bearer token of the cluster, where the server wants one; a function is asked before every request, and may have none. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** How often a request that may come twice (a read, or one with an idempotency key) is sent again while the server says that it cannot answer now. Default 0. */
  readonly retries?: number | undefined
  /** Told when the server wants a token, or another one. The call fails with an AuthenticationError all the same. */
  readonly onUnauthenticated?: (() => void) | undefined
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

export type Readiness = Answer<Endpoint<typeof System, "ready">>

export type Workspace = Answer<Endpoint<typeof WorkspacesGroup, "get">>
export type ModelList = Answer<Endpoint<typeof Models, "list">>
export type ServiceList = Answer<Endpoint<typeof Services, "list">>

export type ProjectTasks = Answer<Endpoint<typeof Tasks, "list">>
/** Where a project is, and the GitHub user of the runs that are made of its tasks. */
export type ProjectPlace = Query<Endpoint<typeof Tasks, "list">>
export type Installation = Answer<Endpoint<typeof Installations, "get">>
export type SpendingReport = Answer<Endpoint<typeof Spending, "report">>
export type SpendingDays = Query<Endpoint<typeof Spending, "report">>

export interface Workspaces {
  /** Whose each is, which run has it, and which wait for it. */
  readonly list: (options?: CallOptions) => Promise<ReadonlyArray<Workspace>>
  readonly get: (name: string, options?: CallOptions) => Promise<Workspace>
  /** Removes an idle one with all that is in it. */
  readonly delete: (name: string, options?: CallOptions) => Promise<void>
}

export type { SignInWays }

export interface SignIn {
  /** How a person gets a token; asked without one. */
  readonly ways: (options?: CallOptions) => Promise<SignInWays>
  /** The token that a one-time link of `orchestrator dev` is good for, once. */
  readonly redeemLink: (code: string, options?: CallOptions) => Promise<string>
}

export interface Orchestrator {
  readonly codeRuns: Runs<CodeTypes>
  readonly docsRuns: Runs<DocsTypes>
  /** Runs of every kind as they are and as they change. */
  readonly watch: (filters?: EventFilters, options?: WatchOptions) => AsyncIterable<Change<AnyRun>>
  readonly workspaces: Workspaces
  /** Models with their prices, runs and spending. */
  readonly models: (options?: CallOptions) => Promise<ModelList>
  /** Services with their runs and spending. */
  readonly services: (options?: CallOptions) => Promise<ServiceList["items"]>
  readonly signIn: SignIn
  /** What runs have used, by day, service, GitHub user and model; of the last 30 days unless others are named. */
  readonly spending: (days?: SpendingDays, options?: CallOptions) => Promise<SpendingReport>
  /** The same as comma-separated values, a line for each day, kind, service, GitHub user and model. */
  readonly spendingCsv: (days?: SpendingDays, options?: CallOptions) => Promise<string>
  /** The tasks of a Task Master project in a docs repository. */
  readonly tasks: (place: ProjectPlace, options?: CallOptions) => Promise<ProjectTasks>
  /** How the installation is: leader, replicas, the API server, caches, limits, deliveries, findings. */
  readonly installation: (options?: CallOptions) => Promise<Installation>
  /** Fails while the server is not ready to serve; what agents lack is in `warnings`. */
  readonly ready: (options?: CallOptions) => Promise<Readiness>
}

const tokenOf = (token: ConnectOptions["token"]) => {
  if (token === undefined) return undefined
  return typeof token === "string" ? Redacted.make(token) : Effect.promise(async () => {
    const current = await token()
    return current === undefined ? undefined : Redacted.make(current)
  })
}

const isUnauthenticated = (error: unknown): boolean =>
  Predicate.isTagged(error, "Unauthenticated") ||
  (HttpClientError.isHttpClientError(error) && error.response?.status === 401)

/** The client of a server. Nothing is sent before the first call, and nothing has to be closed. */
export const connect = ({ fetch, onUnauthenticated, retries, server, token }: ConnectOptions): Orchestrator => {
  const layer = Layer.effect(
    OrchestratorClient,
    HttpApiClient.make(Api, {
      transformClient: toServer({ baseUrl: server, token: tokenOf(token), retries }),
      transformResponse: (answer) =>
        answer.pipe(
          Effect.tapError((error) => Effect.sync(() => isUnauthenticated(error) && onUnauthenticated?.())),
          Effect.mapError(asUnexpected)
        )
    })
  ).pipe(
    Layer.provideMerge(FetchHttpClient.layer),
    Layer.provideMerge(fetch === undefined ? Layer.empty : Layer.succeed(FetchHttpClient.Fetch, fetch))
  )
  const context = ManagedRuntime.make(layer).runSync(Effect.context<OrchestratorClient>())
  const client = Context.get(context, OrchestratorClient)
  const calls = callsWith(context)
  return {
    codeRuns: makeRuns<CodeTypes>(calls, client, { kind: codeRun.kind, group: client.codeRuns, newRun: NewCodeRun }),
    docsRuns: makeRuns<DocsTypes>(calls, client, { kind: docsRun.kind, group: client.docsRuns, newRun: NewDocsRun }),
    watch: (filters = {}, options = {}) =>
      calls.iterable(watchRuns(client, filters, listening(options)), options, filters),
    workspaces: {
      list: (options) => calls.promise(Effect.map(client.workspaces.list({}), ({ items }) => items), options),
      get: (name, options) => calls.promise(client.workspaces.get({ params: { name } }), options, { name }),
      delete: (name, options) => calls.promise(client.workspaces.delete({ params: { name } }), options, { name })
    },
    models: (options) => calls.promise(client.models.list({}), options),
    services: (options) => calls.promise(Effect.map(client.services.list({}), ({ items }) => items), options),
    signIn: {
      ways: (options) => calls.promise(client.signIn.ways({}), options),
      redeemLink: (code, options) =>
        calls.promise(Effect.map(client.signIn.link({ payload: { code } }), ({ token }) => token), options)
    },
    spending: (days = {}, options) => calls.promise(client.spending.report({ query: days }), options, days),
    spendingCsv: (days = {}, options) => calls.promise(client.spending.csv({ query: days }), options, days),
    tasks: (place, options) => calls.promise(client.tasks.list({ query: place }), options, place),
    installation: (options) => calls.promise(client.installation.get({}), options),
    ready: (options) => calls.promise(client.ready({}), options)
  }
}
