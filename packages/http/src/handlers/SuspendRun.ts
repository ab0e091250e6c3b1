/** Suspending and resuming: said in the spec, acted on by the controller before the next attempt. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { RunFinished } from "../contract/Problem.ts"
import { mayStart } from "./RetryRun.ts"
import { changeRun, type RunAccess } from "./RunAccess.ts"

const suspend = (run: CustomObject) => {
  const phase = phaseOf(run)
  if (run.spec["suspend"] === true) return Effect.undefined
  if (isTerminal(phase)) {
    return new RunFinished({
      detail: `The run has ended as ${phase}: there is nothing to suspend`,
      hint: "Read the run to see its result"
    })
  }
  return Effect.succeed({ suspend: true })
}

/** Also of one that has ended: what is tried again later is to start. It takes what the start of an attempt takes. */
const resume = (runs: RunAccess, name: string) => (run: CustomObject) =>
  run.spec["suspend"] === true ? Effect.as(mayStart(runs, name, run), { suspend: false }) : Effect.undefined

export const suspendRun = (runs: RunAccess, name: string) => changeRun(runs, name, suspend)
export const resumeRun = (runs: RunAccess, name: string) => changeRun(runs, name, resume(runs, name))
