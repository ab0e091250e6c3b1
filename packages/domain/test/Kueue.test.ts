import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeConfig } from "../src/OrchestratorConfig.ts"

describe("kueue.priorityClasses", () => {
  it.each<{ name: string; classes: object; want: ReadonlyArray<string> }>([
    { name: "names classes of some priorities", classes: { high: "urgent" }, want: [] },
    { name: "has no other priorities", classes: { urgent: "urgent" }, want: ["kueue.priorityClasses"] },
    { name: "has no other names", classes: { high: "Not A Name" }, want: ["kueue.priorityClasses.high"] }
  ])("$name", ({ classes, want }) => {
    const problems = Result.match(decodeConfig({ kueue: { queueName: "agents", priorityClasses: classes } }), {
      onFailure: (found) => found.map(({ path }) => path),
      onSuccess: () => []
    })
    assert.deepStrictEqual(problems, want)
  })
})
