import { assert, describe, it } from "@effect/vitest"
import { commandIn } from "../../src/events/Command.ts"

describe("what is said to the agent", () => {
  it.each<readonly [string, string | undefined, string]>([
    ["/agent retry use the old API", "retry", "use the old API"],
    ["/agent retry\nfirst\r\nsecond", "retry", "first\nsecond"],
    ["Thanks!\n/agent cancel", "cancel", ""],
    ["/agent STATUS please", "status", "please"],
    ["/agent plan", "plan", ""],
    ["/agent", undefined, ""],
    ["/agent dance", undefined, ""]
  ])("%j", (text, verb, hint) => {
    const command = commandIn(text)
    assert.isDefined(command)
    assert.strictEqual(command.verb, verb)
    assert.strictEqual(command.hint, hint)
  })

  it.each(["> /agent retry", "Try /agent retry", "/agents retry", "/agentretry", "`/agent retry`", ""])(
    "%j says nothing to it",
    (text) => assert.isUndefined(commandIn(text))
  )
})
