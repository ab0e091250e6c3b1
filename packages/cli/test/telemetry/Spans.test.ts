/** Which spans are sent, and what is in one. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Tracer } from "effect"
import { makeTracer } from "../../src/telemetry/Spans.ts"
import { ofSpan, type OtlpSpan } from "../../src/telemetry/SpanText.ts"

const secret = "sk-not-a-real-key"
const caller = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" }

class Refused extends Schema.TaggedError<Refused>()("Refused", { message: Schema.String }) {}

const sentBy = (work: Effect.Effect<unknown, unknown>, sampleRatio = 1) =>
  Effect.suspend(() => {
    const sent: Array<OtlpSpan> = []
    const tracer = makeTracer({ sampleRatio, send: (span) => void sent.push(ofSpan(span)) })
    return Effect.exit(work).pipe(Effect.provideService(Tracer.Tracer, tracer), Effect.as(sent))
  })

const inside = Effect.withSpan(Effect.void, "inside")
const request = Effect.withSpan(inside, "POST /api/v1/code-runs", { kind: "server" })

describe("a trace", () => {
  it.effect("begins with a request, and goes on in what that does", () =>
    Effect.gen(function*() {
      const [inner, outer] = yield* sentBy(request)
      assert.strictEqual(inner?.parentSpanId, outer?.spanId)
      assert.strictEqual(inner?.traceId, outer?.traceId)
      assert.match(outer?.traceId ?? "", /^[0-9a-f]{32}$/)
      assert.isUndefined(outer?.parentSpanId)
    }))

  it.effect("does not begin with what the process does for itself, nor with what was begun under another tracer", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sentBy(inside), [])
      const [inner, outer] = yield* sentBy(request).pipe(Effect.withSpan("the whole program"))
      assert.isUndefined(outer?.parentSpanId)
      assert.strictEqual(inner?.parentSpanId, outer?.spanId)
    }))

  it.effect.each([
    { name: "that was begun by a caller is as the caller has it", sampled: true, ratio: 0, want: 2 },
    { name: "that a caller does not sample is not", sampled: false, ratio: 1, want: 0 }
  ])("$name", ({ ratio, sampled, want }) =>
    Effect.gen(function*() {
      const sent = yield* sentBy(
        Effect.withSpan(inside, "GET /", { kind: "server", parent: Tracer.externalSpan({ ...caller, sampled }) }),
        ratio
      )
      assert.lengthOf(sent, want)
      for (const { traceId } of sent) assert.strictEqual(traceId, caller.traceId)
    }))

  it.effect("of a ratio of nothing is not sent", () =>
    Effect.map(sentBy(request, 0), (sent) => assert.deepStrictEqual(sent, [])))
})

it.effect("a span tells what happened in words of ours, and nothing that came in", () =>
  Effect.gen(function*() {
    const failing = Effect.fail(new Refused({ message: `the token ${secret} is refused` })).pipe(
      Effect.withSpan("POST /api/v1/code-runs", {
        kind: "server",
        attributes: {
          "http.request.method": "POST",
          "http.request.header.authorization": secret,
          "url.full": `http://127.0.0.1/?token=${secret}`,
          "orchestrator.rule": "start"
        }
      })
    )
    const [span] = yield* sentBy(failing)
    assert.notInclude(JSON.stringify(span), secret)
    assert.deepStrictEqual(span?.status, { code: 2 })
    assert.deepStrictEqual(
      span?.attributes.map(({ key, value }) => [key, value.stringValue]),
      [["http.request.method", "POST"], ["orchestrator.rule", "start"], ["error.type", "Refused"]]
    )
  }))

it("a span that ends twice is sent once", () => {
  const sent: Array<string> = []
  const tracer = makeTracer({ sampleRatio: 1, send: ({ name }) => void sent.push(name) })
  const span = Effect.runSync(
    Effect.provideService(Effect.makeSpan("GET /", { kind: "server", root: true }), Tracer.Tracer, tracer)
  )
  for (const end of [1n, 2n]) span.end(end, Exit.void)
  assert.deepStrictEqual(sent, ["GET /"])
})
