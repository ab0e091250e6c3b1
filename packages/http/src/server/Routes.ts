/** Every route with everything around it, for whatever serves it: a socket, or a test. */
import { Layer } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { CodeRunsHandlers } from "../handlers/CodeRuns.ts"
import { DocsRunsHandlers } from "../handlers/DocsRuns.ts"
import { RequestChecksLayer } from "../handlers/RequestChecks.ts"
import { SubmissionsHandlers } from "../handlers/Submissions.ts"
import { SystemHandlers } from "../handlers/System.ts"
import { DocumentsLayer } from "./Documents.ts"
import { pipeline, type PipelineOptions } from "./Pipeline.ts"

const Handlers = Layer.mergeAll(CodeRunsHandlers, DocsRunsHandlers, SubmissionsHandlers, SystemHandlers)

const ContractRoutes = HttpApiBuilder.layer(Api).pipe(
  Layer.provide(Handlers),
  Layer.provide(RequestChecksLayer)
)

/** Needs KubernetesClient, HttpSettings, Readiness and Stopping. */
export const routes = (options: PipelineOptions) => Layer.mergeAll(ContractRoutes, DocumentsLayer, pipeline(options))
