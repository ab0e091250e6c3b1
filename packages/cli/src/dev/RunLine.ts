/** The line of a run as the cluster has it. Pure. */
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { isTerminal } from "@orchestrator/domain/Phase"
import { attemptOf, messageOf, phaseOf, reasonOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import type { RunLine } from "../show/RunLine.ts"

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
