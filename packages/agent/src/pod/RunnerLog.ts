/** The container's log: one plain line per message (more of them indented), secrets blanked, so that `kubectl logs -f` reads like a story. */
import { printable } from "@orchestrator/domain/Printable"
import { Effect, Logger } from "effect"
import type { Redact } from "./Redact.ts"

const textOf = (message: unknown): string =>
  Array.isArray(message)
    ? message.map(textOf).join(" ")
    : typeof message === "string"
    ? message
    : JSON.stringify(message)

const line = (redact: Redact) =>
  Logger.make<unknown, string>(({ date, logLevel, message }) => {
    const level = logLevel === "Info" ? "" : `${logLevel.toLowerCase()}: `
    const text = `${date.toISOString().slice(11, 19)} ${level}${textOf(message)}`
    // A line of a message is never a line of the log: it would pass for one of ours.
    return printable(text, { lines: true, redact }).replaceAll("\n", "\n         ")
  })

/** Every line of a file begins with its time, as in the log that a node keeps of a container. */
const timed = (redact: Redact) =>
  Logger.make<unknown, string>((options) => {
    const time = options.date.toISOString()
    return line(redact).log(options).split("\n").map((each) => `${time} ${each}\n`).join("")
  })

/** Writes `HH:MM:SS message`, and to `others` the same after an RFC 3339 time; warnings and errors carry their level. */
export const layerRunnerLog = (
  redact: Redact,
  others: ReadonlyArray<(lines: string) => Effect.Effect<void>> = []
) =>
  Logger.layer([
    Logger.withConsoleLog(line(redact)),
    ...(others.length === 0 ? [] : [
      Logger.batched(timed(redact), {
        window: "500 millis",
        flush: (lines) => Effect.forEach(others, (append) => append(lines.join("")), { discard: true })
      })
    ])
  ])
