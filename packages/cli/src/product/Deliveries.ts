/** Runs by their work, as the controller's stores have them: every replica has those, whoever leads. */
import { branchIndex, commitIndex, pullRequestIndex } from "@orchestrator/controller/facts/Deliveries"
import { Stores } from "@orchestrator/controller/facts/Stores"
import { ControllerSettings } from "@orchestrator/controller/loop/Settings"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { DeliveredRuns } from "@orchestrator/http/services/DeliveredRuns"
import { Effect, Layer } from "effect"

export const deliveredRuns = Layer.effect(
  DeliveredRuns,
  Effect.gen(function*() {
    const { runs } = yield* Stores
    const { namespace } = yield* ControllerSettings
    const isHere = (run: { readonly namespace: string }) => run.namespace === namespace
    const store = runs[codeRun.kind]
    return DeliveredRuns.of({
      find: ({ branch, commit, pullRequest }) =>
        Effect.sync(() => {
          const values = [
            ...(pullRequest === undefined ? [] : [pullRequestIndex(pullRequest)]),
            ...(commit === undefined ? [] : [commitIndex(commit)]),
            ...(branch === undefined ? [] : [branchIndex(branch.repository, branch.name)])
          ]
          return [
            ...new Set(values.flatMap((value) => store.by("delivery", value)).filter(isHere).map(({ name }) => name))
          ]
        }),
      waiting: Effect.sync(() => store.by("waitingEvents", 0).filter(isHere).map(({ name }) => name))
    })
  })
)
