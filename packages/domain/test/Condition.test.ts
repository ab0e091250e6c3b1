import { assert, describe, it } from "@effect/vitest"
import { type Condition, type ConditionFact, findCondition, setConditions } from "../src/Condition.ts"

const then = "2025-07-24T03:00:00Z"
const now = "2025-07-24T04:00:00Z"

const ready = (changes: Partial<Condition> = {}): Condition => ({
  type: "Ready",
  status: "False",
  reason: "AgentRunning",
  message: "the agent works",
  lastTransitionTime: then,
  ...changes
})

const fact = (changes: Partial<ConditionFact> = {}): ConditionFact => ({
  type: "Ready",
  status: "False",
  reason: "AgentRunning",
  message: "the agent works",
  ...changes
})

describe("setting conditions", () => {
  it.each<
    {
      name: string
      before: ReadonlyArray<Condition>
      facts: ReadonlyArray<ConditionFact>
      after: ReadonlyArray<Condition>
    }
  >([
    {
      name: "a new fact begins now",
      before: [],
      facts: [fact()],
      after: [ready({ lastTransitionTime: now })]
    },
    {
      name: "the same fact changes nothing",
      before: [ready()],
      facts: [fact()],
      after: [ready()]
    },
    {
      name: "another reason and message are no transition",
      before: [ready()],
      facts: [fact({ reason: "Starting", message: "x" })],
      after: [ready({ reason: "Starting", message: "x" })]
    },
    {
      name: "another status is one",
      before: [ready()],
      facts: [fact({ status: "True", reason: "Delivered" })],
      after: [ready({ status: "True", reason: "Delivered", lastTransitionTime: now })]
    },
    {
      name: "a condition that lacks its time gets one",
      before: [{ type: "Ready", status: "False" }],
      facts: [fact()],
      after: [ready({ lastTransitionTime: now })]
    },
    {
      name: "what others wrote stays, and so does the order",
      before: [{ type: "example.com/Seen", status: "True", observedGeneration: 1 }, ready()],
      facts: [fact({ type: "Queued" }), fact({ status: "Unknown" })],
      after: [
        { type: "example.com/Seen", status: "True", observedGeneration: 1 },
        ready({ status: "Unknown", lastTransitionTime: now }),
        ready({ type: "Queued", lastTransitionTime: now })
      ]
    },
    { name: "no facts, no change", before: [ready()], facts: [], after: [ready()] }
  ])("$name", ({ after, before, facts }) => assert.deepStrictEqual(setConditions(before, facts, now), after))

  it("is settled after once", () => {
    const facts = [fact({ type: "Queued", status: "True" }), fact({ status: "True" })]
    const once = setConditions([ready()], facts, now)
    assert.deepStrictEqual(setConditions(once, facts, "2025-07-24T05:00:00Z"), once)
  })
})

it("a condition is found by its type", () => {
  assert.strictEqual(findCondition([ready({ type: "Queued" }), ready()], "Ready")?.type, "Ready")
  assert.isUndefined(findCondition([ready()], "Delivered"))
  assert.isUndefined(findCondition(undefined, "Ready"))
})
