import { assert, describe, it } from "@effect/vitest"
import { decoder } from "@orchestrator/domain/Decode"
import { Predicate, Result } from "effect"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/contract/Api.ts"
import { NewCodeRun, RetryCodeRun } from "../../src/contract/kinds/CodeRuns.ts"
import { NewDocsRun, RetryDocsRun } from "../../src/contract/kinds/DocsRuns.ts"
import { CodeTask, DocsRequest } from "../../src/contract/Submissions.ts"

const document: unknown = JSON.parse(JSON.stringify(OpenApi.fromApi(Api)))

type Json = { readonly [key: string]: unknown }

/** The value at a JSON pointer such as `#/components/schemas/Health`. */
const at = (pointer: string): unknown =>
  pointer.replace(/^#\//, "").split("/").reduce<unknown>(
    (value, part) => Predicate.isObject(value) ? value[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined,
    document
  )

const objectAt = (pointer: string): Json => {
  const value = at(pointer)
  assert.isTrue(Predicate.isObject(value), pointer)
  return Predicate.isObject(value) ? value as Json : {}
}

const everyObject = (value: unknown): ReadonlyArray<Json> => {
  if (Array.isArray(value)) return value.flatMap(everyObject)
  return Predicate.isObject(value) ? [value as Json, ...Object.values(value).flatMap(everyObject)] : []
}

const operations = Object.entries(objectAt("#/paths")).flatMap(([path, item]) =>
  Object.entries(Predicate.isObject(item) ? item : {}).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation: operation as Json
  }))
)

const statusesOf = (operation: Json) =>
  Object.keys(operation["responses"] as Json).map(Number).toSorted((a, b) => a - b)

describe("the OpenAPI document", () => {
  it("has every route of the contract", () => {
    assert.deepStrictEqual(operations.map(({ name }) => name).toSorted(), [
      "DELETE /api/v1/code-runs/{name}",
      "DELETE /api/v1/docs-runs/{name}",
      "DELETE /api/v1/workspaces/{name}",
      "GET /api/v1/code-runs",
      "GET /api/v1/code-runs/{name}",
      "GET /api/v1/code-runs/{name}/attempts",
      "GET /api/v1/code-runs/{name}/dependencies",
      "GET /api/v1/code-runs/{name}/diff",
      "GET /api/v1/code-runs/{name}/events",
      "GET /api/v1/code-runs/{name}/files",
      "GET /api/v1/code-runs/{name}/logs",
      "GET /api/v1/code-runs/{name}/manifest",
      "GET /api/v1/code-runs/{name}/result",
      "GET /api/v1/code-runs/{name}/transcript",
      "GET /api/v1/docs-runs",
      "GET /api/v1/docs-runs/{name}",
      "GET /api/v1/docs-runs/{name}/attempts",
      "GET /api/v1/docs-runs/{name}/dependencies",
      "GET /api/v1/docs-runs/{name}/diff",
      "GET /api/v1/docs-runs/{name}/events",
      "GET /api/v1/docs-runs/{name}/files",
      "GET /api/v1/docs-runs/{name}/logs",
      "GET /api/v1/docs-runs/{name}/manifest",
      "GET /api/v1/docs-runs/{name}/result",
      "GET /api/v1/docs-runs/{name}/transcript",
      "GET /api/v1/events",
      "GET /api/v1/installation",
      "GET /api/v1/models",
      "GET /api/v1/services",
      "GET /api/v1/sign-in",
      "GET /api/v1/spending",
      "GET /api/v1/spending/csv",
      "GET /api/v1/tasks",
      "GET /api/v1/workspaces",
      "GET /api/v1/workspaces/plan",
      "GET /api/v1/workspaces/{name}",
      "GET /health",
      "GET /metrics",
      "GET /ready",
      "POST /api/v1/code-runs",
      "POST /api/v1/code-runs/cancel",
      "POST /api/v1/code-runs/plan",
      "POST /api/v1/code-runs/retry",
      "POST /api/v1/code-runs/{name}/cancel",
      "POST /api/v1/code-runs/{name}/plan",
      "POST /api/v1/code-runs/{name}/resume",
      "POST /api/v1/code-runs/{name}/retry",
      "POST /api/v1/code-runs/{name}/suspend",
      "POST /api/v1/docs-runs",
      "POST /api/v1/docs-runs/cancel",
      "POST /api/v1/docs-runs/plan",
      "POST /api/v1/docs-runs/retry",
      "POST /api/v1/docs-runs/{name}/cancel",
      "POST /api/v1/docs-runs/{name}/plan",
      "POST /api/v1/docs-runs/{name}/resume",
      "POST /api/v1/docs-runs/{name}/retry",
      "POST /api/v1/docs-runs/{name}/suspend",
      "POST /api/v1/pm/docs/generate",
      "POST /api/v1/pm/tasks",
      "POST /api/v1/sign-in/link"
    ])
  })

  it("refers to nothing that it does not have", () => {
    const references = everyObject(document).flatMap(({ $ref }) => (Predicate.isString($ref) ? [$ref] : []))
    assert.isAbove(references.length, 20)
    assert.deepStrictEqual(references.filter((reference) => at(reference) === undefined), [])
  })

  it.each(operations)("$name says what it is for", ({ operation }) => {
    for (const key of ["summary", "description", "operationId"]) {
      assert.isTrue(Predicate.isString(operation[key]) && operation[key].length > 3, key)
    }
    const parameters = operation["parameters"] as ReadonlyArray<
      { readonly name: string; readonly description?: string }
    >
    for (const { description, name } of parameters) assert.isNotEmpty(description ?? "", name)
  })

  it.each(operations)("$name answers failures with problems", ({ operation }) => {
    const failures = Object.entries(operation["responses"] as Json).filter(([status]) => Number(status) >= 400)
    for (const [status, response] of failures) {
      const content = (response as { readonly content: Json }).content
      assert.deepStrictEqual(Object.keys(content), ["application/problem+json"], status)
    }
  })

  it.each([
    { name: "GET /health", want: [200] },
    { name: "GET /metrics", want: [200, 404] },
    { name: "GET /ready", want: [200, 503] },
    { name: "GET /api/v1/code-runs", want: [200, 400, 401, 403, 410, 502, 503] },
    { name: "GET /api/v1/code-runs/{name}", want: [200, 400, 401, 403, 404, 502, 503] },
    { name: "DELETE /api/v1/code-runs/{name}", want: [204, 400, 401, 403, 404, 502, 503] },
    { name: "POST /api/v1/code-runs", want: [201, 400, 401, 403, 409, 413, 415, 422, 502, 503] },
    { name: "POST /api/v1/code-runs/plan", want: [200, 400, 401, 403, 409, 413, 415, 422, 502, 503] },
    { name: "POST /api/v1/docs-runs/{name}/plan", want: [200, 400, 401, 403, 404, 502, 503] },
    { name: "GET /api/v1/events", want: [200, 400, 401, 403, 503] },
    { name: "POST /api/v1/code-runs/{name}/retry", want: [200, 400, 401, 403, 404, 409, 413, 415, 422, 502, 503] },
    { name: "POST /api/v1/code-runs/{name}/cancel", want: [200, 400, 401, 403, 404, 409, 502, 503] },
    { name: "POST /api/v1/docs-runs/{name}/retry", want: [201, 400, 401, 403, 404, 409, 413, 415, 422, 502, 503] },
    { name: "GET /api/v1/sign-in", want: [200] },
    { name: "POST /api/v1/sign-in/link", want: [200, 400, 401, 413, 415, 422] },
    { name: "POST /api/v1/pm/tasks", want: [200, 400, 401, 403, 409, 413, 415, 422, 502, 503] }
  ])("$name lists what it can answer, and nothing else", ({ name, want }) => {
    const found = operations.find((operation) => operation.name === name)
    assert.deepStrictEqual(statusesOf(found?.operation ?? { responses: {} }), want)
  })

  it.each(operations)("$name says whether it wants a token", ({ name, operation }) => {
    const wanted = name.includes("/api/") && !name.includes("/sign-in") ? [{ bearer: [] }] : []
    assert.deepStrictEqual(operation["security"], wanted)
    assert.strictEqual(objectAt("#/components/securitySchemes/bearer")["scheme"]?.toString().toLowerCase(), "bearer")
  })

  it.each(["CodeRunSpec", "CodeRunStatus", "NewCodeRunSpec", "CodeTask", "DocsRequest", "Health", "RunLinks"])(
    "describes every field of %s",
    (schema) => {
      const properties = Object.entries(objectAt(`#/components/schemas/${schema}/properties`))
      assert.isAbove(properties.length, 2)
      const silent = properties.filter(([, property]) => !JSON.stringify(property).includes("\"description\""))
      assert.deepStrictEqual(silent.map(([name]) => name), [])
    }
  )

  it.each([
    { name: "limit", want: "integer" },
    { name: "tail", want: "integer" },
    { name: "follow", want: "boolean" },
    { name: "phase", want: "string" }
  ])("gives the parameter $name the type $want", ({ name, want }) => {
    const found = everyObject(document).filter((object) => object["in"] === "query" && object["name"] === name)
    assert.isAbove(found.length, 0)
    for (const { schema } of found) assert.strictEqual((schema as Json)["type"], want)
  })

  it("lets answers gain fields, and requests not", () => {
    assert.isUndefined(objectAt("#/components/schemas/CodeRunAnswer")["additionalProperties"])
    assert.isUndefined(objectAt("#/components/schemas/CodeRunSpec")["additionalProperties"])
    assert.isFalse(objectAt("#/components/schemas/NewCodeRun")["additionalProperties"])
    assert.isFalse(objectAt("#/components/schemas/NewCodeRunSpec")["additionalProperties"])
    assert.isFalse(objectAt("#/components/schemas/CodeTask")["additionalProperties"])
  })

  it("tells problems apart by their type", () => {
    const { properties } = objectAt("#/components/schemas/RunNotFound")
    assert.deepInclude(JSON.parse(JSON.stringify(properties)), {
      type: { type: "string", enum: ["urn:orchestrator:problem:run-not-found"] }
    })
  })

  it("uses one media type for one schema of a body", () => {
    const bodies = operations.flatMap(({ operation }) =>
      operation["requestBody"] === undefined
        ? []
        : [operation["requestBody"] as { readonly content: Json; readonly required: boolean }]
    )
    assert.strictEqual(bodies.length, 13)
    assert.strictEqual(bodies.filter(({ required }) => required).length, 11)
    for (const { content } of bodies) assert.deepStrictEqual(Object.keys(content), ["application/json"])
  })
})

describe("what the document says for generators", () => {
  it.each([
    ["NewCodeRunSpec/properties/service", { pattern: true, maxLength: 200 }],
    ["NewCodeRunSpec/properties/repositoryUrl", { pattern: true, maxLength: 2048 }],
    ["NewCodeRunSpec/properties/githubUser", { pattern: true, maxLength: 60 }],
    ["NewCodeRunSpec/properties/model", { pattern: true, maxLength: 200 }],
    ["NewCodeRun/properties/name", { pattern: true, maxLength: 253 }],
    ["NewCodeRunSpec/properties/env", { maxProperties: 64 }],
    ["NewCodeRunSpec/properties/envFromSecrets", { maxItems: 32 }],
    ["CodeRunSelector/properties/createdAfter", { format: "date-time", pattern: true }],
    ["CodeRunAnswer/properties/createdAt", { format: "date-time" }],
    ["CodeRunStatus/properties/finishedAt", { format: "date-time" }],
    ["Attempt/properties/sessionId", { format: "uuid" }],
    ["BodyTooLarge/properties/status", { type: "integer", enum: [413] }]
  ])("%s keeps what restricts it", (pointer, want) => {
    const { pattern, ...found } = objectAt(`#/components/schemas/${pointer}`)
    const { pattern: isPattern, ...rest } = { pattern: false, ...want }
    assert.deepInclude(found, rest)
    assert.strictEqual(Predicate.isString(pattern), isPattern)
    if (Predicate.isString(pattern)) assert.instanceOf(new RegExp(pattern, "u"), RegExp)
  })

  it.each(["Phase", "Reason", "Attempt", "Usage", "Condition", "FieldFault", "ModelPrice"])("%s has a name", (name) => {
    assert.isNotEmpty(objectAt(`#/components/schemas/${name}`))
    assert.include(JSON.stringify(document), `"#/components/schemas/${name}"`)
  })

  it("has a licence, a server, and no bound that only says that a number is whole", () => {
    assert.deepStrictEqual(objectAt("#/info")["license"], { name: "Apache-2.0", identifier: "Apache-2.0" })
    assert.deepInclude(JSON.stringify(at("#/servers")), "\"url\":\"/\"")
    assert.notInclude(JSON.stringify(document), String(Number.MAX_SAFE_INTEGER))
    assert.notMatch(JSON.stringify(document), /x-shown|x-effect|Encoded"|_1"/)
  })

  it("tells the problems of a status apart by their type", () => {
    const { discriminator, oneOf } = objectAt(
      "#/paths/~1api~1v1~1code-runs/post/responses/409/content/application~1problem+json/schema"
    )
    assert.deepStrictEqual(discriminator, {
      propertyName: "type",
      mapping: {
        "urn:orchestrator:problem:name-taken": "#/components/schemas/NameTaken",
        "urn:orchestrator:problem:idempotency-key-reused": "#/components/schemas/IdempotencyKeyReused"
      }
    })
    assert.lengthOf(Array.isArray(oneOf) ? oneOf : [], 2)
  })

  it.each([
    ["code-runs/post/responses/201", ["X-Request-Id", "Location", "Idempotency-Replayed"]],
    ["code-runs/get/responses/200", ["X-Request-Id"]],
    ["code-runs/get/responses/401", ["X-Request-Id", "WWW-Authenticate"]],
    ["code-runs/get/responses/503", ["X-Request-Id", "Retry-After"]],
    ["pm~1tasks/post/responses/200", ["X-Request-Id", "Location", "Idempotency-Replayed"]]
  ])("%s has its headers", (pointer, want) => {
    assert.deepStrictEqual(Object.keys(objectAt(`#/paths/~1api~1v1~1${pointer}/headers`)), want)
  })

  it("has logs as text", () => {
    const { content } = objectAt("#/paths/~1api~1v1~1code-runs~1{name}~1logs/get/responses/200")
    assert.deepStrictEqual(content, { "text/plain; charset=utf-8": { schema: { type: "string" } } })
  })
})

describe("examples", () => {
  it.each([
    { name: "NewCodeRun", schema: NewCodeRun },
    { name: "NewDocsRun", schema: NewDocsRun },
    { name: "RetryCodeRun", schema: RetryCodeRun },
    { name: "RetryDocsRun", schema: RetryDocsRun },
    { name: "CodeTask", schema: CodeTask },
    { name: "DocsRequest", schema: DocsRequest }
  ])("of $name are what it accepts", ({ name, schema }) => {
    const examples = objectAt(`#/components/schemas/${name}`)["examples"]
    assert.isTrue(Array.isArray(examples) && examples.length > 0)
    for (const example of Array.isArray(examples) ? examples : []) {
      assert.isTrue(Result.isSuccess(decoder(schema)(example, { rejectUnknown: true })))
    }
  })
})
