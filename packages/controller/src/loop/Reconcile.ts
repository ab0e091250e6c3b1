/** What becomes of a key: the run is observed, and a round made on that. */
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { Next } from "@orchestrator/k8s/runtime/Reconciler"
import { DateTime, Effect } from "effect"
import { Interpreter } from "../act/Interpreter.ts"
import type { RunKey } from "../facts/RunKey.ts"
import { Observe } from "./Observe.ts"
import { makeRound } from "./Round.ts"

export const makeReconcile = Effect.gen(function*() {
  const { observe } = yield* Observe
  const { perform } = yield* Interpreter
  const round = makeRound(perform)

  return Effect.fnUntraced(function*(key: RunKey): Effect.fn.Return<Next, KubernetesError> {
    const { acted, isLast, wakeAt } = yield* round(yield* observe(key))
    return { acted, isLast, wakeAt: wakeAt === undefined ? undefined : DateTime.toEpochMillis(wakeAt) }
  })
})
