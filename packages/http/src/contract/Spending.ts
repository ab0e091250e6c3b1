/** `/api/v1/models` and `/api/v1/services`: what runs there are, and what they have spent, by what they used and for whom. */
import { ModelPrice } from "@orchestrator/domain/ModelPrice"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorized, Needs } from "./Access.ts"
import { count } from "./Described.ts"
import { LargeAnswers } from "./LargeAnswers.ts"
import { cluster } from "./RunEndpoints.ts"

const RunCounts = Schema.Struct({
  total: count("All of them"),
  Pending: count("Of them, those that wait"),
  Running: count("Of them, those that work"),
  Succeeded: count("Of them, those that delivered"),
  Failed: count("Of them, those that failed"),
  Cancelled: count("Of them, those that were cancelled")
}).annotate({ identifier: "RunCounts", description: "Numbers of runs, by phase" })

const spending = {
  runs: RunCounts,
  costUsd: Schema.Finite.annotate({ description: "What these runs have spent so far, in USD" }),
  costEstimated: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "true: part of it is an estimate; absent otherwise" })
  )
}

export const ServiceSpending = Schema.Struct({
  name: Schema.String.annotate({ description: "Name of the service" }),
  ...spending
}).annotate({ identifier: "ServiceSpending", description: "The runs of a service" })

export const ModelSpending = Schema.Struct({
  name: Schema.String.annotate({ description: "Name of the model, as runs name it" }),
  isDefault: Schema.Boolean.annotate({ description: "Whether it is the model of runs that name none" }),
  price: Schema.optionalKey(
    ModelPrice.annotate({
      identifier: "ModelPrice",
      description:
        "USD per million tokens; absent where nobody has said what it costs, so that no run with a budget may use it"
    })
  ),
  ...spending
}).annotate({ identifier: "ModelSpending", description: "A model and the runs that name it" })

const listOf = <S extends Schema.Top>(identifier: string, item: S, description: string) =>
  Schema.Struct({ items: Schema.Array(item).annotate({ description }) }).annotate({ identifier, description })

const ModelList = Schema.Struct({
  items: Schema.Array(ModelSpending).annotate({
    description: "The models that runs name, and those of runs that name none"
  }),
  prices: Schema.Record(Schema.String, ModelPrice).annotate({
    description:
      "Prices of all models that have one, by the beginning of their names; those of the configuration come first"
  }),
  alsoAllowed: Schema.Array(Schema.String).annotate({
    description: "Beginnings of the names of models that agents may ask beside their run's own"
  })
}).annotate({ identifier: "ModelList", description: "Models, their prices and their use" })

/** What each is allowed depends on the kinds whose runs they may list. */
const ofTheirOwn = "Counted are the runs that the caller may list, of each kind."

export class Models extends HttpApiGroup.make("models").add(
  HttpApiEndpoint.get("list", "/", { success: ModelList, error: [...cluster] }).middleware(LargeAnswers)
    .annotate(Needs, []).annotateMerge(OpenApi.annotations({
      summary: "List models",
      description: `Which models runs may name, what they cost, and what was spent with each. ${ofTheirOwn}`
    }))
).prefix("/api/v1/models").middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "Models",
  description: "Prices and use of models."
})) {}

export class Services extends HttpApiGroup.make("services").add(
  HttpApiEndpoint.get("list", "/", {
    success: listOf("ServiceList", ServiceSpending, "Services by name"),
    error: [...cluster]
  }).middleware(LargeAnswers).annotate(Needs, []).annotateMerge(OpenApi.annotations({
    summary: "List services",
    description: `How many runs each service has, by phase, and what they have spent. ${ofTheirOwn}`
  }))
).prefix("/api/v1/services").middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "Services",
  description: "Runs and spending by service."
})) {}
