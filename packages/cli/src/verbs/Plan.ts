/** `orchestrator plan`: what would become of manifests' runs, or is next for a run that is there; nothing is done. */
import { Effect, Option } from "effect"
import type { ConnectInput } from "../connect/Connect.ts"
import { defaultNamespace } from "../connect/ServerPlace.ts"
import { onRun, Runs } from "../runs/RunApi.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { showPlans } from "../show/PlanText.ts"
import { manifestFiles } from "../submit/ManifestFiles.ts"
import { withServer } from "./Session.ts"

export interface PlanInput extends ConnectInput {
  readonly refs: ReadonlyArray<RunRef>
  readonly file: ReadonlyArray<string>
  readonly output: "text" | "json" | "yaml"
}

export const plan = Effect.fn("plan")(function*({ file, namespace, output, refs }: PlanInput) {
  const runs = yield* Runs
  const submissions = yield* manifestFiles(file, Option.getOrElse(namespace, () => defaultNamespace))
  const plans = [
    ...yield* Effect.forEach(submissions, ({ body, kind }) => runs.of(kind).plan(body)),
    ...yield* Effect.forEach(refs, (ref) => onRun(ref, (api, name) => api.planNext(name)))
  ]
  yield* showPlans(plans, output)
}, (verb, input) => withServer(input, verb))
