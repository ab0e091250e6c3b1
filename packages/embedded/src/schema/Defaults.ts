/**
 * Fills in the defaults of a structural schema; a value that needs none comes back as it is. A null that the schema does not allow
 * counts as absent where there is a default.
 */
import { isJsonObject, type JsonObject, setField } from "../objects/StoredObject.ts"
import { mapItems } from "./MapValues.ts"
import type { StructuralSchema } from "./StructuralSchema.ts"

export const withDefaults = <A>(schema: StructuralSchema, value: A): A => {
  const plan = planOf(schema)
  return plan === undefined ? value : filled(plan, value) as A
}

/** Where a schema has defaults; of most parts of an object there are none. */
interface Plan {
  readonly defaults: ReadonlyArray<{ readonly key: string; readonly value: unknown; readonly isNullable: boolean }>
  readonly fields: ReadonlyArray<{ readonly key: string; readonly plan: Plan }>
  /** The fields that `additional` is not for. */
  readonly properties: object
  readonly additional: Plan | undefined
  readonly items: Plan | undefined
}

const plans = new WeakMap<StructuralSchema, Plan | "none">()

const planOf = (schema: StructuralSchema): Plan | undefined => {
  const known = plans.get(schema)
  if (known !== undefined) return known === "none" ? undefined : known
  const { items, properties = {} } = schema
  const additional = schema["additionalProperties"]
  const plan: Plan = {
    defaults: Object.entries(properties).flatMap(([key, field]) =>
      field["default"] === undefined ? [] : [{ key, value: field["default"], isNullable: field["nullable"] === true }]
    ),
    fields: Object.entries(properties).flatMap(([key, field]) => {
      const plan = planOf(field)
      return plan === undefined ? [] : [{ key, plan }]
    }),
    properties,
    additional: isJsonObject(additional) ? planOf(additional) : undefined,
    items: items === undefined ? undefined : planOf(items)
  }
  const isNone = plan.defaults.length + plan.fields.length === 0 && plan.additional === undefined &&
    plan.items === undefined
  plans.set(schema, isNone ? "none" : plan)
  return isNone ? undefined : plan
}

/** Frozen objects, which are in the store or from it, that have all defaults of a plan: most of a write is what was there before. */
const complete = new WeakMap<object, Plan>()

const filled = (plan: Plan, value: unknown): unknown => {
  if (Array.isArray(value)) {
    const { items } = plan
    return items === undefined ? value : mapItems(value, (item) => filled(items, item))
  }
  if (!isJsonObject(value) || complete.get(value) === plan) return value
  const result = filledFields(plan, value)
  if (result === value && Object.isFrozen(value)) complete.set(value, plan)
  return result
}

const filledFields = ({ additional, defaults, fields, properties }: Plan, object: JsonObject): JsonObject => {
  let copy: Record<string, unknown> | undefined
  const set = (key: string, value: unknown) => {
    copy ??= { ...object }
    setField(copy, key, value)
  }
  for (const { isNullable, key, value } of defaults) {
    const found = Object.hasOwn(object, key) ? object[key] : undefined
    if (found === undefined || (found === null && !isNullable)) set(key, value)
  }
  const present = copy ?? object
  for (const { key, plan } of fields) {
    const field = Object.hasOwn(present, key) ? present[key] : undefined
    const result = filled(plan, field)
    if (result !== field) set(key, result)
  }
  if (additional === undefined) return copy ?? object
  for (const key of Object.keys(object)) {
    if (Object.hasOwn(properties, key)) continue
    const result = filled(additional, object[key])
    if (result !== object[key]) set(key, result)
  }
  return copy ?? object
}
