/** The contract: every route, what it takes and what it answers. Server, OpenAPI document and typed client derive from it. */
import { HttpApi, OpenApi } from "effect/http-api"
import { Installations } from "./Installation.ts"
import { runGroups } from "./kinds/RunGroups.ts"
import { finishDocument } from "./OpenApiDocument.ts"
import { RunEvents } from "./RunEvents.ts"
import { SignInGroup } from "./SignIn.ts"
import { Models, Services } from "./Spending.ts"
import { Spending } from "./SpendingReport.ts"
import { Submissions } from "./Submissions.ts"
import { System } from "./System.ts"
import { Tasks } from "./Tasks.ts"
import { Workspaces } from "./Workspaces.ts"

/** Every problem of an input is reported, and what nobody would read is one. */
const strict = { errors: "all", onExcessProperty: "error" } as const

export class Api extends HttpApi.make("orchestrator")
  .add(...runGroups)
  .add(RunEvents)
  .add(Workspaces)
  .add(Models)
  .add(Services)
  .add(Spending)
  .add(Submissions)
  .add(Tasks)
  .add(Installations)
  .add(SignInGroup)
  .add(System)
  .annotate(HttpApi.PayloadParseOptions, strict)
  .annotate(HttpApi.QueryParseOptions, strict)
  .annotateMerge(OpenApi.annotations({
    title: "Orchestrator",
    transform: finishDocument,
    version: "v1",
    description:
      "Runs AI coding agents as Kubernetes Jobs: a task becomes a pull request. Errors are RFC 9457 problems "
      + "(`application/problem+json`) whose `type` is stable; every answer carries an `X-Request-Id`. Requests carry a bearer "
      + "token of the cluster and may do what RBAC lets its owner do, unless the server runs without authentication."
  }))
{}
