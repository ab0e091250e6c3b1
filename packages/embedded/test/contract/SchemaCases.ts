import { assert } from "@effect/vitest"
import { CodeRunKind, CustomResourceDefinitionKind } from "@orchestrator/k8s/Kinds"
import { codeRun, type ContractCase, contractCase, createCodeRun, invalidFields, refused, type World } from "./World.ts"

const wrong: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>, string]> = [
  ["a text for a number", { taskId: "one" }, "spec.taskId"],
  ["a fraction for a whole number", { taskId: 1.5 }, "spec.taskId"],
  ["a number for a text", { service: 5 }, "spec.service"],
  ["a text for a boolean", { continueSession: "yes" }, "spec.continueSession"],
  ["a text for a list", { dependsOn: "a" }, "spec.dependsOn"],
  ["a number among texts", { dependsOn: [1] }, "spec.dependsOn[0]"],
  ["a number for an environment value", { env: { A: 1 } }, "spec.env.A"],
  ["a list for an object", { env: [] }, "spec.env"],
  ["nothing where a text belongs", { model: null }, "spec.model"],
  ["a number below its minimum", { timeoutSeconds: 59 }, "spec.timeoutSeconds"],
  ["the excluded minimum", { maxCostUsd: 0 }, "spec.maxCostUsd"],
  ["an item twice in a set", { dependsOn: ["a", "a"] }, "spec.dependsOn[1]"],
  ["an item without a required field", { envFromSecrets: [{ name: "A" }] }, "spec.envFromSecrets[0].secretKey"]
]

const withoutField = (world: World, field: string) => {
  const run = codeRun(world, "a")
  return { ...run, spec: Object.fromEntries(Object.entries(run.spec).filter(([key]) => key !== field)) }
}

export const schemaCases: ReadonlyArray<ContractCase> = [
  contractCase("defaults of the definition are filled in", function*(world) {
    const { spec } = yield* createCodeRun(world, "a")
    const { continueSession, contextVersion, docsBranch, overwriteMemory } = spec
    assert.deepStrictEqual([docsBranch, contextVersion, continueSession, overwriteMemory], ["main", 1, false, false])
  }),
  contractCase("a null counts as absent where there is a default", function*(world) {
    assert.strictEqual((yield* createCodeRun(world, "a", { docsBranch: null })).spec["docsBranch"], "main")
  }),
  contractCase("a default that is removed comes back", function*(world) {
    const { client, namespace } = world
    yield* createCodeRun(world, "a", { docsBranch: "next" })
    const body = { spec: { docsBranch: null } }
    const { spec } = yield* client.patch(CodeRunKind, { name: "a", namespace }, { type: "merge", body })
    assert.strictEqual(spec["docsBranch"], "main")
  }),
  contractCase("unknown fields are dropped", function*(world) {
    const { spec } = yield* createCodeRun(world, "a", {
      unknown: 1,
      envFromSecrets: [{
        name: "A",
        secretName: "s",
        secretKey: "k",
        unknown: 1
      }]
    })
    assert.notProperty(spec, "unknown")
    assert.deepStrictEqual(spec["envFromSecrets"], [{ name: "A", secretName: "s", secretKey: "k" }])
  }),
  contractCase("strict validation refuses unknown fields, and names them all", function*(world) {
    const spec = { typo: 1, envFromSecrets: [{ name: "A", secretName: "s", secretKey: "k", typo: 1 }] }
    const create = world.client.create(CodeRunKind, codeRun(world, "a", spec), { fieldValidation: "Strict" })
    const { message } = yield* refused(create, "BadRequest")
    assert.include(message, "unknown field \"spec.typo\"")
    assert.include(message, "unknown field \"spec.envFromSecrets[0].typo\"")
  }),
  contractCase("strict validation looks at patches too", function*(world) {
    const { client, namespace } = world
    yield* createCodeRun(world, "a")
    const patch = { type: "merge" as const, body: { spec: { typo: 1 } } }
    yield* refused(
      client.patch(CodeRunKind, { name: "a", namespace }, patch, { fieldValidation: "Strict" }),
      "Invalid"
    )
    yield* client.patch(CodeRunKind, { name: "a", namespace }, patch, { fieldValidation: "Ignore" })
  }),
  ...wrong.map(([what, spec, field]) =>
    contractCase(`${what} is invalid: ${field}`, function*(world) {
      yield* invalidFields(createCodeRun(world, "a", spec), field)
    })
  ),
  contractCase("required fields are required, all at once", function*(world) {
    yield* invalidFields(world.client.create(CodeRunKind, withoutField(world, "service")), "spec.service")
    const { client } = world
    yield* invalidFields(
      client.create(CodeRunKind, { ...codeRun(world, "a"), spec: {} }),
      "spec.service",
      "spec.taskId"
    )
  }),
  contractCase("a field that the schema does not know cannot be applied", function*(world) {
    const { client, namespace } = world
    const patch = { type: "apply" as const, fieldManager: "one", body: codeRun(world, "a", { typo: 1 }) }
    const { message } = yield* refused(
      client.patch(CodeRunKind, { name: "a", namespace }, patch),
      "ServerError",
      "BadRequest"
    )
    assert.include(message, ".spec.typo: field not declared in schema")
  }),
  contractCase("status is validated by its schema", function*(world) {
    const { client, namespace } = world
    yield* createCodeRun(world, "a")
    const patch = (status: object) =>
      client.patchStatus(CodeRunKind, { name: "a", namespace }, { type: "merge", body: { status } })
    yield* invalidFields(patch({ phase: 1 }), "status.phase")
    const condition = {
      type: "Ready",
      status: "True",
      reason: "x",
      message: "",
      lastTransitionTime: "2026-01-01T00:00:00Z"
    }
    yield* invalidFields(patch({ phase: "Running", conditions: [condition, condition] }), "status.conditions[1]")
    yield* patch({ phase: "Running", conditions: [condition] })
  }),
  contractCase("our definitions are there and established", function*({ client }) {
    for (const name of ["coderuns.orchestrator.platform", "docsruns.orchestrator.platform"]) {
      const { status } = yield* client.get(CustomResourceDefinitionKind, { name })
      const established = status?.conditions?.find(({ type }) => type === "Established")
      assert.strictEqual(established?.status, "True")
    }
  })
]
