/**
 * One round on a run: what was observed is planned for, and the plan performed. What only the doing could tell is planned for at once, on
 * the same observation; nothing of it is kept for the next round.
 */
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect } from "effect"
import type { Interpreter, Performed } from "../act/Interpreter.ts"
import { isLast, plan } from "../decide/Plan.ts"
import type { Plan } from "../decide/Rule.ts"
import type { Observed } from "../facts/Observed.ts"
import { inRoundSpan } from "../telemetry/RoundSpan.ts"
import { planned } from "./Telemetry.ts"

export const makeRound = (perform: Interpreter["Service"]["perform"]) => {
  const carryOut = (observed: Observed, decided: Plan): Effect.Effect<Performed, KubernetesError> =>
    decided.actions.length === 0
      ? Effect.as(planned(decided), nothingDone)
      : Effect.andThen(planned(decided), inRoundSpan(observed, decided)(perform(decided)))

  /**
   * Answers with the rule that acted, and whether the next round can see more. Fails, once it is said in the status, with what the queue is to
   * try again after a while.
   */
  return Effect.fnUntraced(function*(observed: Observed) {
    const decided = plan(observed)
    const performed = yield* carryOut(observed, decided)
    const { error, feedback } = performed
    if (feedback === undefined) return error === undefined ? left(decided, performed) : yield* error
    const informed = plan({ ...observed, feedback })
    const said = yield* carryOut(observed, informed)
    const failure = error ?? said.error
    return failure === undefined ? left(informed, said) : yield* failure
  })
}

const nothingDone: Performed = { again: false }

const left = (done: Plan, { again, asPlanned = false }: Performed) => ({
  acted: again ? done.rule : undefined,
  isLast: asPlanned && isLast(done),
  wakeAt: done.wakeAt
})
