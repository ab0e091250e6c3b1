/** The container's log: one plain line per message, secrets blanked, so that `kubectl logs -f` reads like a story. */
import { Logger } from "effect"
import type { CappedFile } from "./evidence/CappedFile.ts"
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
    return redact(`${date.toISOString().slice(11, 19)} ${level}${textOf(message)}`)
  })

/** Writes `HH:MM:SS message`, to a file as well where there is one; warnings and errors carry their level. */
export const layerRunnerLog = (redact: Redact, file?: CappedFile) =>
  Logger.layer([
    Logger.withConsoleLog(line(redact)),
    ...(file === undefined ? [] : [
      Logger.batched(line(redact), { window: "500 millis", flush: (lines) => file.append(`${lines.join("\n")}\n`) })
    ])
  ])
