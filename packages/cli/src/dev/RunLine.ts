/** One line about a run, for people. Pure. */
import type { CustomObject } from "@orchestrator/k8s/Objects"

export interface RunLine {
  /** `coderun/name`, the key of a live line. */
  readonly run: string
  readonly phase: string
  readonly text: string
  readonly message: string
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
    message: text(status?.["message"])
  }
}

/** What a terminal line may hold: no control characters, cut to the width. */
export const printable = (line: string, width: number): string => {
  // oxlint-disable-next-line no-control-regex
  const plain = line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").replace(/[\u0000-\u001f\u007f-\u009f]/g, " ")
  return plain.length > width ? `${plain.slice(0, Math.max(0, width - 1))}…` : plain
}
