/** One line about a run, for people. Pure. */
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { isTerminal } from "@orchestrator/domain/Phase"
import { attemptOf, messageOf, phaseOf, reasonOf } from "@orchestrator/domain/RunView"
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

export const runLine = ({ singular }: Pick<AnyRunKind, "singular">, object: CustomObject): RunLine => {
  const run = `${singular}/${object.metadata.name}`
  const phase = phaseOf(object)
  const reason = reasonOf(object) || "Accepted"
  const attempt = attemptOf(object)
  return {
    run,
    phase,
    text: `${run}  ${phase.padEnd(9)}  ${reason.padEnd(20)}  attempt ${attempt}`,
    short: `${run}  ${phase}${attempt > 1 ? ` (${attempt})` : ""}`,
    message: messageOf(object) ?? "",
    isLast: isTerminal(phase)
  }
}

/** The end of a run that somebody deleted. */
export const deletedLine = (line: RunLine): RunLine => {
  const words = `${line.run}  Deleted`
  return { ...line, phase: "Deleted", text: words, short: words, message: "", isLast: true }
}
