/** The container's log: one plain line per message, secrets blanked, so that `kubectl logs -f` reads like a story. */
import { Logger } from "effect"
import type { Redact } from "./Redact.ts"

const textOf = (message: unknown): string =>
  Array.isArray(message)
    ? message.map(textOf).join(" ")
    : typeof message === "string"
    ? message
    : JSON.stringify(message)

/** Writes `HH:MM:SS message`; warnings and errors carry their level. */
export const layerRunnerLog = (redact: Redact) =>
  Logger.layer([
    Logger.withConsoleLog(Logger.make(({ date, logLevel, message }) => {
      const level = logLevel === "Info" ? "" : `${logLevel.toLowerCase()}: `
      return redact(`${date.toISOString().slice(11, 19)} ${level}${textOf(message)}`)
    }))
  ])
