/** Parameters with the types that their texts mean, and their descriptions where renderers look for them. Pure. */
import { Predicate } from "effect"
import { arrayOf, type Json, mapValues, objectOf } from "./Json.ts"

const flag = { type: "boolean", default: false }

/** Query parameters travel as texts; this is what the texts mean. */
const meant: Readonly<Record<string, Json>> = {
  limit: { type: "integer", minimum: 1, maximum: 500, default: 100, description: "Maximum number of runs per page" },
  taskId: { type: "integer", description: "Only runs of this task" },
  unusedDays: {
    type: "integer",
    minimum: 1,
    maximum: 36_500,
    description: "Days without a run. Default `storage.unusedDays` of the configuration, and 30 where that is not set"
  },
  tail: { type: "integer", minimum: 0, maximum: 1_000_000, description: "Only this many of the last lines" },
  follow: {
    ...flag,
    description:
      "Stream until the attempt ends; waits up to 30 seconds for one that is about to start. `?follow` alone is true"
  },
  timestamps: { ...flag, description: "Prefix every line with its RFC 3339 time. `?timestamps` alone is true" }
}

/** What older clients may go on sending. */
const outdated: ReadonlySet<string> = new Set(["user"])

const finished = (parameter: Json): Json => {
  const { in: place, name, schema } = parameter
  const text = Predicate.isString(name) ? name : ""
  const { description, examples, ...rest } = place === "query" ? meant[text] ?? objectOf(schema) : objectOf(schema)
  const [example] = arrayOf(examples)
  return {
    ...parameter,
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
    ...(place === "query" && outdated.has(text) ? { deprecated: true } : {}),
    schema: rest
  }
}

export const withParameters = (operation: Json): Json => {
  const { parameters } = operation
  return parameters === undefined
    ? operation
    : { ...operation, parameters: arrayOf(parameters).map((parameter) => finished(objectOf(parameter))) }
}

/** For every operation of a document's paths. */
export const eachOperation = (paths: unknown, change: (operation: Json) => Json): Json =>
  mapValues(objectOf(paths), (item) => mapValues(objectOf(item), (operation) => change(objectOf(operation))))
