/** Logs: JSON lines where a machine reads, pretty on a terminal; always on standard error. The level is LOG_LEVEL, or an old RUST_LOG. */
import { printable } from "@orchestrator/domain/Printable"
import { Config, Effect, Layer, Logger, type LogLevel, Option, References, Stdio } from "effect"

const levels: Readonly<Record<string, LogLevel.LogLevel>> = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  warning: "Warn",
  error: "Error",
  fatal: "Fatal",
  off: "None",
  none: "None"
}

/**
 * `debug`, `Info`; and RUST_LOG's directives, `orchestrator=debug,kube=info`, of which ours counts, else the one without a target. Unknown
 * words say nothing.
 */
export const parseLevel = (text: string): LogLevel.LogLevel | undefined => {
  const directives = text.split(",").map((part) => part.trim().toLowerCase())
  const ours = directives.find((part) => part.startsWith("orchestrator="))
  const bare = directives.find((part) => !part.includes("="))
  return levels[ours?.slice("orchestrator=".length) ?? bare ?? ""]
}

const level = Effect.gen(function*() {
  const own = yield* Config.option(Config.String("LOG_LEVEL"))
  const old = yield* Config.option(Config.String("RUST_LOG"))
  return Option.getOrUndefined(Option.orElse(own, () => old))
})

const shown = (message: unknown): unknown =>
  typeof message === "string"
    ? printable(message, { lines: true })
    : Array.isArray(message)
    ? message.map(shown)
    : message

/** Messages repeat what a cluster, a caller or a container said: nothing in them steers the terminal. */
const forTerminal = (logger: Logger.Logger<unknown, void>): Logger.Logger<unknown, void> =>
  Logger.make((options) => logger.log({ ...options, message: shown(options.message) }))

/** `fallback` is the level where the environment names none. */
export const layerWith = (fallback: LogLevel.LogLevel) =>
  Layer.unwrap(Effect.gen(function*() {
    const named = yield* level
    const terminal = yield* (yield* Stdio.Stdio).stderrIsTerminal
    const minimum = named === undefined ? fallback : parseLevel(named) ?? fallback
    return Layer.mergeAll(
      Logger.layer([terminal ? forTerminal(Logger.consolePretty()) : Logger.consoleJson]),
      Layer.succeed(References.MinimumLogLevel, minimum),
      Layer.succeed(Logger.LogToStderr, true)
    )
  }))
