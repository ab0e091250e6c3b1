import { assert, describe, it } from "@effect/vitest"
import { formatTraceparent, isSampled, parseTraceparent } from "../src/TraceContext.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

describe("a traceparent", () => {
  it.each([
    { text: `00-${traceId}-${spanId}-01`, sampled: true },
    { text: `00-${traceId}-${spanId}-00`, sampled: false },
    { text: `00-${traceId}-${spanId}-03`, sampled: true }
  ])(
    "$text is read",
    ({ sampled, text }) => assert.deepStrictEqual(parseTraceparent(text), { traceId, spanId, sampled })
  )

  it.each([
    undefined,
    "",
    "00-0-0-01",
    `01-${traceId}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`
  ])("%j is none", (text) => assert.isUndefined(parseTraceparent(text)))

  it("is written as it was read", () => {
    for (const text of [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-00`]) {
      const read = parseTraceparent(text)
      assert.strictEqual(read === undefined ? undefined : formatTraceparent(read), text)
    }
  })
})

describe("whether a trace is sampled", () => {
  const low = `${"f".repeat(18)}${"0".repeat(13)}1`
  const high = `${"0".repeat(18)}${"f".repeat(14)}`

  it.each([
    { name: "of all, every one", id: high, ratio: 1, want: true },
    { name: "of none, none", id: low, ratio: 0, want: false },
    { name: "of half, the lower ids", id: low, ratio: 0.5, want: true },
    { name: "of half, not the upper ids", id: high, ratio: 0.5, want: false }
  ])("$name", ({ id, ratio, want }) => assert.strictEqual(isSampled(id, ratio), want))
})
