/** Cancelling: said once in the spec, acted on by the controller. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { RunFinished } from "../contract/Problem.ts"
import { versionsOf } from "./RetryRun.ts"
import { changeRun, type RunAccess } from "./RunAccess.ts"

const cancel = (run: CustomObject) => {
  const phase = phaseOf(run)
  if (run.spec["cancel"] === true) return Effect.undefined
  if (isTerminal(phase) && versionsOf(run).settled) {
    return new RunFinished({
      detail: `The run has ended as ${phase}: there is nothing to stop`,
      hint: "Read the run to see its result; start the next attempt with retry"
    })
  }
  return Effect.succeed({ cancel: true })
}

export const cancelRun = (runs: RunAccess, name: string) => changeRun(runs, name, cancel)
