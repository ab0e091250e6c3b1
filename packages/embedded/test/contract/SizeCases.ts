/** How large a run may be: the bounds of the definitions and their rules, which an API server evaluates in CEL. */
import { assert } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { codeRun, type ContractCase, contractCase, createCodeRun, invalidFields, refused } from "./World.ts"

const env = (entries: number, size: number, character = "x") =>
  Object.fromEntries(Array.from({ length: entries }, (_, index) => [`VARIABLE_${index}`, character.repeat(size)]))

const secrets = (entries: number, size: number) =>
  Array.from({ length: entries }, (_, index) => ({
    name: `S${index}`,
    secretName: "s".repeat(size),
    secretKey: "k".repeat(size)
  }))

const names = (entries: number, size: number) =>
  Array.from({ length: entries }, (_, index) => `run-${index}-`.padEnd(size, "x"))

type Spec = Readonly<Record<string, unknown>>

const tooLarge: ReadonlyArray<readonly [string, Spec, string]> = [
  ["a variable that is too long", { env: env(1, 32_769) }, "spec.env.VARIABLE_0"],
  ["too many variables", { env: env(65, 1) }, "spec.env"],
  ["variables of too many bytes", { env: env(4, 20_000) }, "spec"],
  ["few characters of too many bytes", { env: env(1, 30_000, "\u{20ac}") }, "spec"],
  ["too many secrets", { envFromSecrets: secrets(33, 1) }, "spec.envFromSecrets"],
  ["a secret's name that is too long", { envFromSecrets: secrets(1, 254) }, "spec.envFromSecrets[0].secretName"],
  ["too many dependencies", { dependsOn: names(65, 10) }, "spec.dependsOn"],
  ["dependencies of too many bytes", { dependsOn: names(17, 250) }, "spec.dependsOn"],
  ["a prompt that is too long", { promptModification: "x".repeat(100_001) }, "spec.promptModification"],
  ["a service that is too long", { service: "x".repeat(201) }, "spec.service"],
  ["fields that are too large together", {
    env: env(3, 19_000),
    envFromSecrets: secrets(20, 60),
    localTools: "x".repeat(4000),
    remoteTools: "x".repeat(4000)
  }, "spec"]
]

const largest: ReadonlyArray<readonly [string, Spec]> = [
  ["64 variables", { env: env(64, 900) }],
  ["32 secrets", { envFromSecrets: secrets(32, 250) }],
  ["64 dependencies", { dependsOn: names(64, 64) }],
  ["the longest prompt beside a long variable", { promptModification: "x".repeat(100_000), env: env(1, 32_768) }]
]

export const sizeCases: ReadonlyArray<ContractCase> = [
  ...tooLarge.map(([what, spec, field]) =>
    contractCase(`${what} is refused`, function*(world) {
      yield* invalidFields(createCodeRun(world, "a", spec), field)
    })
  ),
  ...largest.map(([what, spec]) =>
    contractCase(`${what} fit`, function*(world) {
      assert.deepInclude((yield* createCodeRun(world, "a", spec)).spec, spec)
    })
  ),
  contractCase("an update is held to the same bounds", function*(world) {
    const created = yield* createCodeRun(world, "a")
    const { client } = world
    yield* invalidFields(
      client.replace(CodeRunKind, { ...created, spec: { ...created.spec, env: env(4, 20_000) } }),
      "spec"
    )
    const ref = { name: "a", namespace: world.namespace }
    yield* invalidFields(
      client.patch(CodeRunKind, ref, { type: "merge", body: { spec: { dependsOn: names(17, 250) } } }),
      "spec.dependsOn"
    )
  }),
  contractCase("a refusal says what was expected", function*(world) {
    const { message } = yield* refused(
      world.client.create(CodeRunKind, codeRun(world, "a", { env: env(4, 20_000) })),
      "Invalid"
    )
    assert.include(message, "expected at most 65536 bytes in all fields but prompt and promptModification, found more")
  }),
  contractCase("a write of the status is not about the spec, which it may leave out", function*(world) {
    const { metadata, spec } = yield* createCodeRun(world, "a", { env: env(3, 100) })
    const written = yield* world.client.replaceStatus(CodeRunKind, { metadata, spec: {}, status: { phase: "Running" } })
    assert.deepStrictEqual([written.spec, written.status], [spec, { phase: "Running" }])
  })
]
