/** The keys of config.yaml, as the program's schema has them. */
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Schema } from "effect"
import { isObject, type JsonObject } from "./Json.ts"

/** Paths of the keys that hold a value, of a JSON schema of objects within objects. */
const leaves = (schema: JsonObject, prefix = ""): ReadonlyArray<string> =>
  isObject(schema["properties"])
    ? Object.entries(schema["properties"]).flatMap(([key, inner]) =>
      isObject(inner) ? leaves(inner, prefix === "" ? key : `${prefix}.${key}`) : []
    )
    : [prefix]

/** `agent.image.tag`, ... */
export const programKeys = (): ReadonlySet<string> => {
  const { definitions } = Schema.toJsonSchemaDocument(OrchestratorConfig)
  const document: unknown = JSON.parse(JSON.stringify(definitions))
  const root = isObject(document) ? document["OrchestratorConfigEncoded"] : undefined
  return new Set(isObject(root) ? leaves(root) : [])
}
