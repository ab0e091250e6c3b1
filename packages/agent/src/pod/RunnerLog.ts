/** The container's log: one plain line per message (more of them indented), secrets blanked, so that `kubectl logs -f` reads like a story. */
import { printable } from "@orchestrator/domain/Printable"
import { Logger } from "effect"
import type { CappedFile } from "./CappedFile.ts"
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

/** Writes `HH:MM:SS message`, to a file as well where there is one; warnings and errors carry their level. */
export const layerRunnerLog = (redact: Redact, file?: CappedFile) =>
  Logger.layer([
    Logger.withConsoleLog(line(redact)),
    ...(file === undefined ? [] : [
      Logger.batched(line(redact), { window: "500 millis", flush: (lines) => file.append(`${lines.join("\n")}\n`) })
    ])
  ])
