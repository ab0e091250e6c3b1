/** The real OpenTelemetry Collector, started as `tools/collector/up` does, and what it has received. */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

const tools = join(import.meta.dirname, "../../../../tools/collector")

interface Value {
  readonly stringValue?: string
  readonly intValue?: string | number
  readonly doubleValue?: number
}

interface Pair {
  readonly key: string
  readonly value: Value
}

interface Resource {
  readonly resource: { readonly attributes?: ReadonlyArray<Pair> }
}

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: ReadonlyArray<Pair>
}

interface LogRecord {
  readonly body: Value
  readonly traceId?: string
  readonly attributes?: ReadonlyArray<Pair>
}

interface Line {
  readonly resourceSpans?: ReadonlyArray<
    Resource & { readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }> }
  >
  readonly resourceMetrics?: ReadonlyArray<
    Resource & { readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<{ readonly name: string }> }> }
  >
  readonly resourceLogs?: ReadonlyArray<
    Resource & { readonly scopeLogs: ReadonlyArray<{ readonly logRecords: ReadonlyArray<LogRecord> }> }
  >
}

export const valuesOf = (pairs: ReadonlyArray<Pair> = []): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pairs.map(({ key, value: { doubleValue, intValue, stringValue } }) => [
      key,
      String(stringValue ?? intValue ?? doubleValue)
    ])
  )

export interface Received<A> {
  readonly resource: Readonly<Record<string, string>>
  readonly value: A
}

/** A collector in a folder of its own; it keeps its port when it is started again. */
export const collectorIn = (folder: string) => {
  const port = () => existsSync(join(folder, "url")) ? [new URL(url()).port] : []
  const url = () => readFileSync(join(folder, "url"), "utf8").trim()
  const text = (signal: string) => {
    const file = join(folder, `${signal}.json`)
    return existsSync(file) ? readFileSync(file, "utf8") : ""
  }
  const lines = (signal: string): ReadonlyArray<Line> =>
    text(signal).split("\n").slice(0, -1).map((line): Line => JSON.parse(line))
  return {
    up: () => void execFileSync(join(tools, "up"), [folder, ...port()], { stdio: ["ignore", "ignore", "inherit"] }),
    down: () => void execFileSync(join(tools, "down"), [folder]),
    url,
    text,
    spans: (): ReadonlyArray<Received<Span>> =>
      lines("traces").flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ resource, scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) => spans.map((value) => ({ resource: valuesOf(resource.attributes), value })))
        )
      ),
    metrics: (): ReadonlyArray<Received<{ readonly name: string }>> =>
      lines("metrics").flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) =>
            metrics.map((value) => ({ resource: valuesOf(resource.attributes), value }))
          )
        )
      ),
    logs: (): ReadonlyArray<Received<LogRecord>> =>
      lines("logs").flatMap(({ resourceLogs = [] }) =>
        resourceLogs.flatMap(({ resource, scopeLogs }) =>
          scopeLogs.flatMap(({ logRecords }) =>
            logRecords.map((value) => ({ resource: valuesOf(resource.attributes), value }))
          )
        )
      )
  }
}
