/** Cancelling: said in the spec, with the version that is meant; acted on by the controller. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { RunFinished } from "../contract/Problem.ts"
import { versionsOf } from "./RetryRun.ts"
import { changeRun, type RunAccess } from "./RunAccess.ts"

const cancel = ({ kind }: RunAccess) => (run: CustomObject) => {
  const phase = phaseOf(run)
  const { settled, wanted } = versionsOf(run)
  const { cancel: asked, cancelVersion = 0 } = run.spec
  const over = isTerminal(phase) && settled
  if (kind.hasVersions && !over) {
    return Effect.succeed(cancelVersion === wanted ? undefined : { cancel: true, cancelVersion: wanted })
  }
  if (asked === true) return Effect.undefined
  if (over) {
    return new RunFinished({
      detail: `The run has ended as ${phase}: there is nothing to stop`,
      hint: "Read the run to see its result; start the next attempt with retry"
    })
  }
  return Effect.succeed({ cancel: true })
}

export const cancelRun = (runs: RunAccess, name: string) => changeRun(runs, name, cancel(runs))
