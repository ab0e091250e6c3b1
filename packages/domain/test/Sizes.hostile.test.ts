import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { CodeRun } from "../src/CodeRun.ts"
import type { StructuralSchema } from "../src/CustomResourceDefinition.ts"
import { decoder, formatProblems } from "../src/Decode.ts"
import { DocsRun } from "../src/DocsRun.ts"
import { definitions } from "../src/kinds/Definitions.ts"
import { codeSpecSize, dependenciesSize } from "../src/Sizes.ts"

const spec = {
  taskId: 1,
  service: "api",
  repositoryUrl: "https://git.example.com/acme/api.git",
  docsRepositoryUrl: "https://git.example.com/acme/docs.git",
  workingDirectory: "api",
  model: "claude-sonnet-4-5",
  githubUser: "ada"
}

const decodeCode = decoder(CodeRun)
const decodeDocs = decoder(DocsRun)

const codeRun = (more: Readonly<Record<string, unknown>>) =>
  decodeCode({
    apiVersion: "orchestrator.platform/v1",
    kind: "CodeRun",
    metadata: { name: "api" },
    spec: { ...spec, ...more }
  })

const env = (entries: number, size: number, character = "x") =>
  Object.fromEntries(Array.from({ length: entries }, (_, index) => [`VARIABLE_${index}`, character.repeat(size)]))

const secrets = (entries: number, size = 3) =>
  Array.from({ length: entries }, (_, index) => ({
    name: `SECRET_${index}`.padEnd(size, "X"),
    secretName: "s".repeat(size),
    secretKey: "k".repeat(size)
  }))

const names = (entries: number, size: number) =>
  Array.from({ length: entries }, (_, index) => `run-${index}-`.padEnd(size, "x"))

const attacks: ReadonlyArray<{ readonly attack: string; readonly more: Readonly<Record<string, unknown>> }> = [
  { attack: "a megabyte in one variable", more: { env: { BIG: "x".repeat(1_000_000) } } },
  { attack: "one character more than a variable may have", more: { env: { BIG: "x".repeat(32_769) } } },
  { attack: "ten thousand variables", more: { env: env(10_000, 1) } },
  { attack: "one variable more than there may be", more: { env: env(65, 1) } },
  { attack: "variables that are each legal and together too large", more: { env: env(4, 20_000) } },
  { attack: "few characters of many bytes", more: { env: env(1, 32_000, "\u{20ac}") } },
  { attack: "a variable's name of a megabyte", more: { env: { ["A".repeat(1_000_000)]: "" } } },
  { attack: "many long names without values", more: { env: { ...env(0, 0), ...longNames(64, 1100) } } },
  { attack: "one secret more than there may be", more: { envFromSecrets: secrets(33) } },
  { attack: "ten thousand secrets", more: { envFromSecrets: secrets(10_000) } },
  { attack: "a secret's name of a megabyte", more: { envFromSecrets: secrets(1, 1_000_000) } },
  { attack: "one dependency more than there may be", more: { dependsOn: names(65, 8) } },
  { attack: "a hundred thousand dependencies", more: { dependsOn: names(100_000, 8) } },
  { attack: "dependencies that are each legal and together too large", more: { dependsOn: names(17, 250) } },
  { attack: "a prompt of a megabyte", more: { promptModification: "x".repeat(1_000_000) } },
  { attack: "one character more than a prompt may have", more: { promptModification: "x".repeat(100_001) } },
  { attack: "a service of a megabyte", more: { service: "x".repeat(1_000_000) } },
  {
    attack: "a repository's address of a megabyte",
    more: { repositoryUrl: `https://a.example/${"x".repeat(1_000_000)}` }
  },
  { attack: "a list of tools of a megabyte", more: { localTools: "x,".repeat(500_000) } },
  {
    attack: "variables, secrets and tools that fill the sum together",
    more: {
      env: env(3, 19_000),
      envFromSecrets: secrets(20, 60),
      localTools: "x".repeat(4000),
      remoteTools: "x".repeat(4000)
    }
  }
]

function longNames(entries: number, size: number) {
  return Object.fromEntries(Array.from({ length: entries }, (_, index) => [`V${index}_`.padEnd(size, "X"), ""]))
}

describe("a run that is too large is no valid run", () => {
  it.each(attacks)("$attack", ({ more }) => {
    assert.isTrue(Result.isFailure(codeRun(more)))
  })

  it.each(attacks)("and what is said of $attack is short", ({ more }) => {
    assert.isBelow(Result.match(codeRun(more), { onFailure: formatProblems, onSuccess: () => "" }).length, 4096)
  })

  it.each(["repositoryUrl", "workingDirectory", "sourceBranch", "model", "githubUser"])(
    "a DocsRun with a %s of a megabyte",
    (field) => {
      const docs = {
        repositoryUrl: "https://git.example.com/acme/docs.git",
        workingDirectory: "docs",
        sourceBranch: "main",
        model: "claude-opus-4-5",
        githubUser: "ada"
      }
      const run = (more: Readonly<Record<string, string>>) =>
        decodeDocs({
          apiVersion: "orchestrator.platform/v1",
          kind: "DocsRun",
          metadata: { name: "docs" },
          spec: { ...docs, ...more }
        })
      assert.isTrue(Result.isSuccess(run({})))
      assert.isTrue(Result.isFailure(run({ [field]: "a".repeat(1_000_000) })))
    }
  )
})

describe("the largest legal run is valid", () => {
  it.each([
    { what: "64 variables", more: { env: env(64, 900) } },
    { what: "the longest variable", more: { env: { LONG: "x".repeat(32_768) } } },
    { what: "32 secrets", more: { envFromSecrets: secrets(32, 100) } },
    { what: "64 dependencies", more: { dependsOn: names(64, 64) } },
    {
      what: "the longest prompt, which is in no sum",
      more: { promptModification: "x".repeat(100_000), env: env(1, 32_000) }
    }
  ])("$what", ({ more }) => {
    assert.isTrue(Result.isSuccess(codeRun(more)))
  })
})

/** Every place of a schema that a requester fills, by path. */
const places = (schema: StructuralSchema, path: string): ReadonlyArray<readonly [string, StructuralSchema]> => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => places(inner, `${path}.${name}`)),
  ...(schema.items === undefined ? [] : places(schema.items, `${path}[]`)),
  ...(schema["additionalProperties"] === undefined
    ? []
    : places(schema["additionalProperties"] as StructuralSchema, `${path}{}`))
]

const bounds: Readonly<Record<string, string>> = { string: "maxLength", array: "maxItems" }

describe.each(definitions)(
  "the definition of $spec.names.kind",
  ({ spec: { versions } }) => {
    const specSchema = versions[0]?.schema.openAPIV3Schema.properties?.["spec"] ?? {}

    it("bounds every text, list and map of the spec", () => {
      const open = places(specSchema, "spec").filter(([, schema]) => {
        if (schema.type === "object") return schema.properties === undefined && schema["maxProperties"] === undefined
        const bound = bounds[schema.type ?? ""]
        return bound !== undefined && schema[bound] === undefined && schema["enum"] === undefined
      })
      assert.deepStrictEqual(open, [])
    })
  }
)

describe("the rules that an API server evaluates mean what they say", () => {
  it.each([
    { what: "a spec at the limit", rule: codeSpecSize, value: { service: "x".repeat(65_536) }, holds: true },
    { what: "a spec over the limit", rule: codeSpecSize, value: { service: "x".repeat(65_537) }, holds: false },
    { what: "bytes, not characters", rule: codeSpecSize, value: { service: "\u{20ac}".repeat(22_000) }, holds: false },
    { what: "names of variables", rule: codeSpecSize, value: { env: longNames(1, 65_537) }, holds: false },
    { what: "not the prompt", rule: codeSpecSize, value: { promptModification: "x".repeat(70_000) }, holds: true },
    { what: "names at the limit", rule: dependenciesSize, value: ["x".repeat(4096)], holds: true },
    { what: "names over the limit", rule: dependenciesSize, value: ["x".repeat(4097)], holds: false }
  ])("$what", ({ holds, rule, value }) => {
    assert.strictEqual(rule.holds(value), holds)
  })
})
