/** Answers with their headers, texts as texts, and problems told apart by their type. Pure. */
import { Predicate } from "effect"
import { arrayOf, type Json, mapValues, objectOf, referencedBy, referenceTo } from "./Json.ts"

const text = (description: string) => ({ description, schema: { type: "string" } })

/** `components.headers` */
export const headers: Json = {
  RequestId: text("Names the request in the server's log; the one that was sent with it, if there was one"),
  Location: text("Path of the run that was made"),
  Replayed: {
    description: "true: an earlier request with the same Idempotency-Key made the run; absent otherwise",
    schema: { type: "string", enum: ["true"] }
  },
  RetryAfter: { description: "Seconds to wait before asking again", schema: { type: "integer", minimum: 1 } },
  Authenticate: text("How to authenticate")
}

const header = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` })

const headersOf = (status: string, isCreation: boolean): Json => ({
  "X-Request-Id": header("RequestId"),
  ...(status.startsWith("2") && isCreation
    ? { Location: header("Location"), "Idempotency-Replayed": header("Replayed") }
    : {}),
  ...(status === "401" ? { "WWW-Authenticate": header("Authenticate") } : {}),
  ...(status === "503" || status === "429" ? { "Retry-After": header("RetryAfter") } : {})
})

/**
 * What is streamed as text is text; the framework calls every stream of bytes binary, and says how it encodes it. A schema of YAML is
 * about what it says, not about its text.
 */
const mediaOf = (media: unknown, type: string): Json => {
  const { "x-effect-stream": _, ...rest } = objectOf(media)
  if (type === "application/yaml") return { ...rest, schema: { type: "object" } }
  return type.startsWith("text/plain") ? { ...rest, schema: { type: "string" } } : rest
}

export const withHeaders = (operation: Json): Json => {
  const isCreation = arrayOf(operation["parameters"]).some((each) => objectOf(each)["name"] === "idempotency-key")
  return {
    ...operation,
    responses: mapValues(objectOf(operation["responses"]), (response, status) => {
      const { content, ...rest } = objectOf(response)
      return {
        ...rest,
        headers: headersOf(status, isCreation),
        ...(content === undefined ? {} : { content: mapValues(objectOf(content), mediaOf) })
      }
    })
  }
}

/** Fields by which schemas of a choice are told apart. */
const tags = ["type", "kind"]

const tagOf = (schema: unknown, field: string): string | undefined => {
  const { properties, required } = objectOf(schema)
  const [value, ...more] = arrayOf(objectOf(objectOf(properties)[field])["enum"])
  return Predicate.isString(value) && more.length === 0 && arrayOf(required).includes(field) ? value : undefined
}

/** A choice of schemas that one field tells apart, in the words of OpenAPI. */
export const withDiscriminator = (schemas: Json) => (object: Json): Json => {
  const { anyOf, ...rest } = object
  const names = arrayOf(anyOf).map(referencedBy)
  if (names.length < 2 || names.includes(undefined)) return object
  for (const propertyName of tags) {
    const found = names.map((name = "") => [tagOf(schemas[name], propertyName), referenceTo(name)["$ref"]] as const)
    const values = new Set(found.map(([value]) => value))
    if (values.has(undefined) || values.size < names.length) continue
    return { ...rest, oneOf: anyOf, discriminator: { propertyName, mapping: Object.fromEntries(found) } }
  }
  return object
}
