import { assert, it } from "@effect/vitest"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { runLine } from "../../src/dev/RunLine.ts"

it("a run without a status has been accepted", () => {
  const { phase, run } = runLine(runKinds.CodeRun, { metadata: { name: "a" }, spec: {} })
  assert.deepStrictEqual([run, phase], ["coderun/a", "Pending"])
})
