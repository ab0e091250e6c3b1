/** One line about a run, for people. Pure. */
import { isTerminal } from "@orchestrator/domain/Phase"
import type { CustomObject } from "@orchestrator/k8s/Objects"

export interface RunLine {
  /** `coderun/name`, the key of a live line. */
  readonly run: string
  readonly phase: string
  readonly text: string
  /** The text where there is little room. */
  readonly short: string
  readonly message: string
  /** Whether nothing more comes, unless somebody asks for another attempt. */
  readonly isLast: boolean
}

const text = (value: unknown): string => (typeof value === "string" ? value : "")

export const runLine = (kind: "CodeRun" | "DocsRun", { metadata, status }: CustomObject): RunLine => {
  const run = `${kind.toLowerCase()}/${metadata.name}`
  const phase = text(status?.["phase"]) || "Pending"
  const reason = text(status?.["reason"]) || "Accepted"
  const attempt = typeof status?.["contextVersion"] === "number" ? status["contextVersion"] : 1
  return {
    run,
    phase,
    text: `${run}  ${phase.padEnd(9)}  ${reason.padEnd(20)}  attempt ${attempt}`,
    short: `${run}  ${phase}${attempt > 1 ? ` (${attempt})` : ""}`,
    message: text(status?.["message"]),
    isLast: isTerminal(phase)
  }
}

/** The end of a run that somebody deleted. */
export const deletedLine = (line: RunLine): RunLine => {
  const words = `${line.run}  Deleted`
  return { ...line, phase: "Deleted", text: words, short: words, message: "", isLast: true }
}

/** What a terminal line may hold: no control characters, cut to the width. */
export const printable = (line: string, width: number): string => {
  // oxlint-disable-next-line no-control-regex
  const plain = line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").replace(/[\u0000-\u001f\u007f-\u009f]/g, " ")
  return plain.length > width ? `${plain.slice(0, Math.max(0, width - 1))}…` : plain
}
