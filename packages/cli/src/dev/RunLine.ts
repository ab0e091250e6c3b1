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
