/** OpenTelemetry's own variables, which count over `telemetry.orchestrator` of the configuration; and the headers, which are in no file. */
import type { OwnTelemetryConfig } from "@orchestrator/domain/TelemetryConfig"
import { Config, Effect, Option, Redacted, Result } from "effect"
import { ConfigProblem } from "./ConfigProblem.ts"

const variables = Config.all({
  disabled: Config.option(Config.Boolean("OTEL_SDK_DISABLED")),
  endpoint: Config.option(Config.NonEmptyString("OTEL_EXPORTER_OTLP_ENDPOINT")),
  protocol: Config.option(Config.NonEmptyString("OTEL_EXPORTER_OTLP_PROTOCOL")),
  sampler: Config.option(Config.NonEmptyString("OTEL_TRACES_SAMPLER")),
  samplerArg: Config.option(Config.Number("OTEL_TRACES_SAMPLER_ARG")),
  attributes: Config.option(Config.NonEmptyString("OTEL_RESOURCE_ATTRIBUTES")),
  serviceName: Config.option(Config.NonEmptyString("OTEL_SERVICE_NAME"))
})

type Pairs = Readonly<Record<string, string>>

const decoded = (text: string): string | undefined =>
  Option.getOrUndefined(Result.getSuccess(Result.try(() => decodeURIComponent(text.trim()))))

/** `a=b,c=d`, percent-encoded; or what is wrong, without the values. */
const parsePairs = (text: string): Result.Result<Pairs, string> => {
  const pairs: Record<string, string> = {}
  for (const [index, entry] of text.split(",").entries()) {
    if (entry.trim() === "") continue
    const at = entry.indexOf("=")
    const [name, value] = [decoded(entry.slice(0, Math.max(at, 0))), decoded(entry.slice(at + 1))]
    if (name === undefined || name === "" || value === undefined) {
      return Result.fail(`expected name=value,name=value, percent-encoded; entry ${index + 1} is no such pair`)
    }
    pairs[name] = value
  }
  return Result.succeed(pairs)
}

const pairsIn = (source: string, text: string): Effect.Effect<Pairs, ConfigProblem> =>
  Effect.fromResult(Result.mapError(parsePairs(text), (problem) => new ConfigProblem({ source, problems: [problem] })))

/** A caller's decision counts before each of them: they are the samplers that OpenTelemetry calls parentbased. */
const ratios: Readonly<Record<string, (arg: number | undefined) => number>> = {
  always_on: () => 1,
  parentbased_always_on: () => 1,
  always_off: () => 0,
  parentbased_always_off: () => 0,
  traceidratio: (arg = 1) => arg,
  parentbased_traceidratio: (arg = 1) => arg
}

const ratioOf = (sampler: Option.Option<string>, arg: Option.Option<number>) => {
  if (Option.isNone(sampler)) return Effect.succeed(Option.getOrUndefined(arg))
  const ratio = Object.hasOwn(ratios, sampler.value) ? ratios[sampler.value] : undefined
  return ratio === undefined
    ? Effect.fail(
      new ConfigProblem({
        source: "OTEL_TRACES_SAMPLER",
        problems: [`expected one of ${Object.keys(ratios).join(", ")}; found ${JSON.stringify(sampler.value)}`]
      })
    )
    : Effect.succeed(ratio(Option.getOrUndefined(arg)))
}

type Overlay = Partial<Pick<OwnTelemetryConfig, "endpoint" | "sampleRatio" | "resourceAttributes">> & {
  readonly protocol?: string
}

/** What the environment says of it, to lie over the file. */
export const openTelemetryOverlay = Effect.gen(function*() {
  const { attributes, disabled, endpoint, protocol, sampler, samplerArg, serviceName } = yield* variables
  if (Option.getOrElse(disabled, () => false)) return { endpoint: "" } satisfies Overlay
  const ratio = yield* ratioOf(sampler, samplerArg)
  const named = Option.isSome(attributes) ? yield* pairsIn("OTEL_RESOURCE_ATTRIBUTES", attributes.value) : {}
  const all = { ...named, ...(Option.isSome(serviceName) ? { "service.name": serviceName.value } : {}) }
  return {
    ...(Option.isSome(endpoint) ? { endpoint: endpoint.value } : {}),
    ...(Option.isSome(protocol) ? { protocol: protocol.value } : {}),
    ...(ratio === undefined ? {} : { sampleRatio: ratio }),
    ...(Object.keys(all).length === 0 ? {} : { resourceAttributes: all })
  } satisfies Overlay
})

const headersVariable = "OTEL_EXPORTER_OTLP_HEADERS"

/** For whoever receives the telemetry: they may have a token in them. */
export const otlpHeaders = Effect.gen(function*() {
  const text = yield* Config.option(Config.Redacted(headersVariable))
  const pairs = Option.isSome(text) ? yield* pairsIn(headersVariable, Redacted.value(text.value)) : {}
  return Object.fromEntries(Object.entries(pairs).map(([name, value]) => [name, Redacted.make(value)]))
})
