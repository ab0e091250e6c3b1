/** Reading of structural schemas. */
import type { StructuralSchema } from "@orchestrator/domain/CustomResourceDefinition"
import { isJsonObject } from "../objects/StoredObject.ts"

export type { StructuralSchema }

/** The schema of a field: its own, or that of all fields that have none. */
export const fieldSchema = (schema: StructuralSchema, key: string): StructuralSchema | undefined => {
  const { properties } = schema
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key]
  const additional = schema["additionalProperties"]
  return isJsonObject(additional) ? additional : undefined
}

export const preservesUnknown = (schema: StructuralSchema): boolean =>
  schema["x-kubernetes-preserve-unknown-fields"] === true || schema["additionalProperties"] === true

/** Marks a set or map list that is merged as such but not checked for doubles. */
export const doublesAllowed = "x-orchestrator-doubles-allowed"
