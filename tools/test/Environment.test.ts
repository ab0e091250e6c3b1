import { assert, describe, it } from "@effect/vitest"
import { environmentProblems } from "../check/Environment.ts"

const path = "packages/agent/src/runner/Example.ts"

describe("a name of the pod's environment", () => {
  it.each([
    ["as a text", "const run = environment[\"RUN_UID\"]"],
    ["as a key", "const given = { RUN_UID: \"x\" }"],
    ["as an optional field", "readonly RUN_UID?: string"],
    ["as a property", "const run = values.RUN_UID"],
    ["in a shell's words", "const script = `echo \\${RUN_UID:-}`"],
    ["of the broker", "literal('MODEL_PRICES', text)"],
    ["of prepare", "literal(\"FILES_DIGEST\", digest)"]
  ])("is not spelled %s", (_, line) => {
    assert.deepStrictEqual(environmentProblems([{ path, text: `\n${line}\n` }]), [
      `${path}:2 spells ${
        /RUN_UID|MODEL_PRICES|FILES_DIGEST/.exec(line)?.[0]
      }: take its field of @orchestrator/domain/PodEnvironment`
    ])
  })

  it.each([
    ["in its schema", "packages/domain/src/PodEnvironment.ts", "variable(\"RUN_UID\", Schema.NonEmptyString)"],
    ["in a test", "packages/agent/test/Example.test.ts", "const given = { RUN_UID: \"x\" }"],
    ["in a comment", path, "// RUN_UID: the run's"],
    ["in a sentence", path, "fail(\"expected RUN_UID to be set\")"],
    ["where another name holds it", path, "const given = { MY_RUN_UID: \"x\" }"],
    ["where it is everybody's", path, "const given = { HOME: folder }"]
  ])("may stand %s", (_, place, line) => {
    assert.deepStrictEqual(environmentProblems([{ path: place, text: line }]), [])
  })
})
