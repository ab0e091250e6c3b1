/**
 * One round on a run: what was observed is planned for, and the plan performed. What only the doing could tell is planned for at once, on
 * the same observation; nothing of it is kept for the next round.
 */
import { Effect } from "effect"
import type { Interpreter } from "../act/Interpreter.ts"
import { isLast, plan } from "../decide/Plan.ts"
import type { Plan } from "../decide/Rule.ts"
import type { Observed } from "../facts/Observed.ts"
import { inRoundSpan } from "../telemetry/RoundSpan.ts"
import { planned } from "./Telemetry.ts"

export const makeRound = (perform: Interpreter["Service"]["perform"]) => {
  const carryOut = (observed: Observed, decided: Plan) =>
    Effect.andThen(planned(decided), inRoundSpan(observed, decided)(perform(decided)))

  /**
   * Answers with the rule that acted, and whether the next round can see more. Fails, once it is said in the status, with what the queue is to
   * try again after a while.
   */
  return Effect.fnUntraced(function*(observed: Observed) {
    const decided = plan(observed)
    const { again, error, feedback } = yield* carryOut(observed, decided)
    if (feedback === undefined) return error === undefined ? left(decided, again) : yield* error
    const informed = plan({ ...observed, feedback })
    const said = yield* carryOut(observed, informed)
    const failure = error ?? said.error
    return failure === undefined ? left(informed, said.again) : yield* failure
  })
}

const left = (done: Plan, again: boolean) => ({
  acted: again ? done.rule : undefined,
  isLast: isLast(done),
  wakeAt: done.wakeAt
})
