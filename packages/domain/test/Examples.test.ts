import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { CodeRun } from "../src/CodeRun.ts"
import { decoder, type FieldProblem } from "../src/Decode.ts"
import { DocsRun } from "../src/DocsRun.ts"

const read = (file: string): unknown =>
  parse(readFileSync(fileURLToPath(new URL(`../../../examples/${file}`, import.meta.url)), "utf8"))

const problems = <A>(decoded: Result.Result<A, ReadonlyArray<FieldProblem>>) =>
  Result.match(decoded, { onSuccess: () => [], onFailure: (found) => found })

describe("the examples", () => {
  it("have no field that is unknown or wrong", () => {
    assert.deepStrictEqual(problems(decoder(CodeRun)(read("coderun.yaml"), { rejectUnknown: true })), [])
    assert.deepStrictEqual(problems(decoder(DocsRun)(read("docsrun.yaml"), { rejectUnknown: true })), [])
  })
})
