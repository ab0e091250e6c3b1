/** Every route with everything around it, for whatever serves it: a socket, or a test. */
import { Layer } from "effect"
import type { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { authorizeByCluster, authorizeEverybody, type ClusterAccess } from "../access/Authorization.ts"
import type { Authorized } from "../contract/Access.ts"
import { Api } from "../contract/Api.ts"
import { WebhooksLayer } from "../events/Webhooks.ts"
import { EventsHandlers } from "../handlers/Events.ts"
import { RunLog } from "../handlers/events/RunLog.ts"
import { RunGroupsHandlers } from "../handlers/kinds/RunGroups.ts"
import { LargeAnswersLayer } from "../handlers/LargeAnswers.ts"
import { RequestChecksLayer } from "../handlers/RequestChecks.ts"
import { ModelsHandlers, ServicesHandlers } from "../handlers/Spending.ts"
import { SubmissionsHandlers } from "../handlers/Submissions.ts"
import { SystemHandlers } from "../handlers/System.ts"
import { WorkspacesHandlers } from "../handlers/Workspaces.ts"
import { MetricsPlace } from "../services/MetricsPlace.ts"
import { DocumentsLayer } from "./Documents.ts"
import { pipeline, type PipelineOptions } from "./Pipeline.ts"

const Handlers = Layer.mergeAll(
  RunGroupsHandlers,
  EventsHandlers.pipe(Layer.provide(RunLog.layer)),
  WorkspacesHandlers,
  ModelsHandlers,
  ServicesHandlers,
  SubmissionsHandlers,
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
  /** Routes beside the contract, of other packages. */
  readonly also?: OtherRoutes | undefined
}

/** They have the server's router, and its decisions about who asks. */
export type OtherRoutes = Layer.Layer<never, never, HttpRouter.HttpRouter | Authorized>

/** Needs KubernetesClient, HttpSettings, Readiness and Stopping. */
export const routes = ({ access, also = Layer.empty, metricsPort, ...options }: RoutesOptions) =>
  Layer.mergeAll(
    Layer.mergeAll(ContractRoutes, also).pipe(
      Layer.provide(access === "everybody" ? authorizeEverybody : authorizeByCluster(access)),
      Layer.provide(Layer.succeed(MetricsPlace, { ownPort: metricsPort }))
    ),
    DocumentsLayer,
    WebhooksLayer,
    pipeline(options)
  )
