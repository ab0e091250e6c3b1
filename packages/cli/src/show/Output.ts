/** What a command prints of objects, in the format that was asked for. Pure. */
import { printable } from "@orchestrator/domain/Printable"
import { stringify } from "yaml"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { answerRef } from "../runs/RunView.ts"
import type { OutputFormat } from "./OutputFormat.ts"
import { runTable } from "./RunTable.ts"

/** JSON of an answer: what is absent stays away, and classes are plain objects. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export const structured = (value: unknown, format: "json" | "yaml"): string =>
  format === "json" ? JSON.stringify(value, null, 2) : stringify(plain(value), { lineWidth: 0 }).trimEnd()

/** Why a run is where it is, where the server has said so: it does of one run. */
const explained = ({ explanation }: RunAnswer): string =>
  explanation === undefined ? "" : `\n\n${printable(explanation.why)}\nNext: ${printable(explanation.next)}`

export const printRuns = (
  runs: ReadonlyArray<RunAnswer>,
  format: OutputFormat,
  nowMillis: number,
  /** A command for one object prints that, and no list of one. */
  single = false
): string => {
  if (format === "name") return runs.map(answerRef).join("\n")
  if (format === "json" || format === "yaml") return structured(single ? runs[0] : { items: runs }, format)
  const [run] = runs
  return `${runTable(runs, nowMillis, format === "wide")}${single && run !== undefined ? explained(run) : ""}`
}
