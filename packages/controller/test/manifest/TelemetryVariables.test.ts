import { assert, describe, it } from "@effect/vitest"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { attemptSpanId } from "../../src/attempt/RunTrace.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { given, makeConfig } from "../fixtures/Given.ts"
import { valueOf } from "../fixtures/Pods.ts"
import { makeCodeRun, uid } from "../fixtures/Runs.ts"

const withConfig = (input: object) => given({ config: makeConfig(input) })

describe("an agent is told", () => {
  it.each<{ name: string; given: Observed; variable: string; want: string | undefined }>([
    {
      name: "no telemetry unless enabled",
      given: withConfig({ telemetry: { otlpEndpoint: "http://otlp" } }),
      variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
      want: undefined
    },
    {
      name: "telemetry where enabled",
      given: withConfig({ telemetry: { enabled: true, otlpEndpoint: "http://otlp" } }),
      variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
      want: "http://otlp"
    },
    {
      name: "no endpoint of its own for logs where none is configured",
      given: withConfig({ telemetry: { enabled: true, otlpEndpoint: "http://otlp" } }),
      variable: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
      want: undefined
    },
    {
      name: "whose telemetry it is, percent-encoded",
      given: given({
        config: makeConfig({ telemetry: { enabled: true } }),
        run: makeCodeRun({ spec: { service: "a,b=c d" } })
      }),
      variable: "OTEL_RESOURCE_ATTRIBUTES",
      want: "k8s.namespace.name=orchestrator,k8s.job.name=code-api-v1-3f9c2a1b,orchestrator.run.kind=CodeRun,"
        + `orchestrator.run.name=api,orchestrator.run.uid=${uid},orchestrator.run.attempt=1,`
        + "orchestrator.service=a%2Cb%3Dc%20d,orchestrator.github_user=ada"
    }
  ])("$name", ({ given, variable, want }) => assert.strictEqual(valueOf(given, "claude", variable), want))
})

describe("the trace that an agent's telemetry joins", () => {
  const telemetry = makeConfig({ telemetry: { enabled: true } })
  const traceOf = (annotation: string | undefined, contextVersion = 1) => {
    const metadata = annotation === undefined
      ? {}
      : { annotations: { "orchestrator.platform/traceparent": annotation } }
    const run = makeCodeRun({ metadata, spec: { contextVersion } })
    return valueOf(given({ config: telemetry, run }), "claude", "TRACEPARENT") ?? ""
  }
  const caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  it("is its caller's", () => assert.strictEqual(traceOf(caller), caller))

  it.each([
    undefined,
    "",
    "00-0-0-01",
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    `${caller}-more`,
    `$(HOME)${caller}`
  ])(
    "is the run's own where the caller names %j",
    (annotation) => {
      const trace = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(traceOf(annotation))
      assert.strictEqual(trace?.[1], uid.replaceAll("-", ""))
      assert.notStrictEqual(trace?.[2], "0".repeat(16))
    }
  )

  const sending = (more: object = {}) =>
    makeConfig({ telemetry: { orchestrator: { endpoint: "http://otlp", ...more } } })
  const traceSent = (config: OrchestratorConfig, annotation?: string) =>
    valueOf(
      given({
        config,
        run: makeCodeRun({
          metadata: annotation === undefined
            ? {}
            : { annotations: { "orchestrator.platform/traceparent": annotation } }
        })
      }),
      "claude",
      "TRACEPARENT"
    )

  it("is, below its caller's, the attempt's span where the orchestrator sends spans", () =>
    assert.strictEqual(
      traceSent(sending(), caller),
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${attemptSpanId("code-api-v1-3f9c2a1b")}-01`
    ))

  it("is sampled as its caller's is, and else by the ratio", () => {
    assert.match(traceSent(sending(), caller.replace(/01$/, "00")) ?? "", /-00$/)
    assert.match(traceSent(sending({ sampleRatio: 0 }), caller) ?? "", /-01$/)
    assert.match(traceSent(sending({ sampleRatio: 0 })) ?? "", /-00$/)
  })

  it("is told to nobody where neither the agent nor the orchestrator sends spans", () => {
    assert.isUndefined(traceSent(makeConfig()))
    assert.isUndefined(traceSent(sending({ signals: ["metrics"] })))
  })

  it("is one for all attempts, each with its own span", () => {
    const [first, second] = [traceOf(undefined, 1).split("-"), traceOf(undefined, 2).split("-")]
    assert.strictEqual(first[1], second[1])
    assert.notStrictEqual(first[2], second[2])
  })
})
