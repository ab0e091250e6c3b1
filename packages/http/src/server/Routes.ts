/** Every route with everything around it, for whatever serves it: a socket, or a test. */
import { type DashboardConfig, providerOrigins } from "@orchestrator/domain/DashboardConfig"
import { Layer } from "effect"
import type { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { authorizeByCluster, authorizeEverybody, type ClusterAccess, tokenHintOf } from "../access/Authorization.ts"
import type { Authorized } from "../contract/Access.ts"
import { Api } from "../contract/Api.ts"
import { WebhooksLayer } from "../events/Webhooks.ts"
import { EventsHandlers } from "../handlers/Events.ts"
import { RunLog } from "../handlers/events/RunLog.ts"
import { InstallationHandlers } from "../handlers/Installation.ts"
import { RunGroupsHandlers } from "../handlers/kinds/RunGroups.ts"
import { LargeAnswersLayer } from "../handlers/LargeAnswers.ts"
import { RequestChecksLayer } from "../handlers/RequestChecks.ts"
import { SignInHandlers } from "../handlers/SignIn.ts"
import { ModelsHandlers, ServicesHandlers } from "../handlers/Spending.ts"
import { SpendingHandlers } from "../handlers/spending/Spending.ts"
import { SubmissionsHandlers } from "../handlers/Submissions.ts"
import { SystemHandlers } from "../handlers/System.ts"
import { TasksHandlers } from "../handlers/Tasks.ts"
import { WorkspacesHandlers } from "../handlers/Workspaces.ts"
import { DeliveryLog } from "../services/DeliveryLog.ts"
import { MetricsPlace } from "../services/MetricsPlace.ts"
import { SignIn } from "../services/SignIn.ts"
import type { SignInLinks } from "../services/SignInLinks.ts"
import { DocumentsLayer } from "./Documents.ts"
import { pageLayer, type PageOptions } from "./page/Page.ts"
import { pipeline, type PipelineOptions } from "./Pipeline.ts"

const Handlers = Layer.mergeAll(
  RunGroupsHandlers,
  EventsHandlers.pipe(Layer.provide(RunLog.layer)),
  WorkspacesHandlers,
  ModelsHandlers,
  ServicesHandlers,
  SpendingHandlers,
  SubmissionsHandlers,
  SignInHandlers,
  InstallationHandlers,
  TasksHandlers,
  SystemHandlers
)

const ContractRoutes = HttpApiBuilder.layer(Api).pipe(
  Layer.provide(Handlers),
  Layer.provide(RequestChecksLayer),
  Layer.provide(LargeAnswersLayer)
)

export interface RoutesOptions extends PipelineOptions {
  /** Who is let in: owners of tokens for these audiences, or everybody. */
  readonly access: ClusterAccess | "everybody"
  /** Port of the metrics where it is not this server's. */
  readonly metricsPort?: number | undefined
  /** How people sign in to the page, beside bearer tokens. */
  readonly dashboard?: DashboardConfig | undefined
  readonly links?: SignInLinks | undefined
  /** Routes beside the contract, of other packages. */
  readonly also?: OtherRoutes | undefined
  /** Folder of the page's build. Absent: there is no page. */
  readonly page?: PageOptions["folder"] | undefined
}

/** They have the server's router, and its decisions about who asks. */
export type OtherRoutes = Layer.Layer<never, never, HttpRouter.HttpRouter | Authorized>

const signIn = ({ access, dashboard, links }: RoutesOptions) =>
  Layer.succeed(SignIn, {
    required: access !== "everybody",
    tokenHint: (namespace) =>
      access === "everybody" ? "Nobody is asked for one" : tokenHintOf({ ...access, namespace }),
    provider: dashboard?.oidc,
    links
  })

/** Needs KubernetesClient, HttpSettings, Readiness, Stopping and AnswerTexts. */
export const routes = ({ access, also = Layer.empty, metricsPort, page, ...options }: RoutesOptions) =>
  Layer.mergeAll(
    Layer.mergeAll(ContractRoutes, also).pipe(
      Layer.provide(access === "everybody" ? authorizeEverybody : authorizeByCluster(access)),
      Layer.provide(signIn({ access, ...options })),
      Layer.provide(Layer.succeed(MetricsPlace, { ownPort: metricsPort }))
    ),
    DocumentsLayer,
    WebhooksLayer,
    page === undefined || options.dashboard?.enabled === false
      ? Layer.empty
      : pageLayer({ folder: page, connect: providerOrigins(options.dashboard ?? {}) }),
    pipeline(options)
  ).pipe(Layer.provide(DeliveryLog.layer))
