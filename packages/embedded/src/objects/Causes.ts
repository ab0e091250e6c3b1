/** Refused fields, in the wording of the API server's `field.Error`. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"

const quoted = (value: unknown): string => JSON.stringify(value) ?? String(value)

export const required = (field: string, detail = ""): FieldCause => ({
  field,
  reason: "FieldValueRequired",
  message: detail === "" ? "Required value" : `Required value: ${detail}`
})

export const invalidValue = (field: string, value: unknown, detail: string): FieldCause => ({
  field,
  reason: "FieldValueInvalid",
  message: `Invalid value: ${quoted(value)}: ${detail}`
})

export const wrongType = (field: string, found: string, detail: string): FieldCause => ({
  field,
  reason: "FieldValueTypeInvalid",
  message: `Invalid value: ${quoted(found)}: ${detail}`
})

export const notSupported = (field: string, value: unknown, supported: ReadonlyArray<unknown>): FieldCause => ({
  field,
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${quoted(value)}: supported values: ${supported.map(quoted).join(", ")}`
})

export const duplicate = (field: string, value: unknown): FieldCause => ({
  field,
  reason: "FieldValueDuplicate",
  message: `Duplicate value: ${quoted(value)}`
})

export const forbiddenField = (field: string, detail: string): FieldCause => ({
  field,
  reason: "FieldValueForbidden",
  message: `Forbidden: ${detail}`
})

export const tooLong = (field: string, most: number): FieldCause => ({
  field,
  reason: "FieldValueTooLong",
  message: `Too long: may not be more than ${most} bytes`
})

export const immutable = (field: string, value: unknown): FieldCause => invalidValue(field, value, "field is immutable")
