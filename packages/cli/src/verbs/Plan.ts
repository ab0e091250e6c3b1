/** `orchestrator plan`: what would become of manifests' runs, or is next for a run that is there; nothing is done. */
import { printable } from "@orchestrator/domain/Printable"
import { Console, Effect, Option } from "effect"
import type { ConnectInput } from "../connect/Connect.ts"
import { defaultNamespace } from "../connect/ServerPlace.ts"
import { onRun, Runs } from "../runs/RunApi.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { structured } from "../show/Output.ts"
import { planText } from "../show/PlanText.ts"
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
  const [first] = plans
  yield* Console.log(
    output === "text"
      ? plans.map((each) => printable(planText(each), { lines: true })).join("\n\n")
      : structured(plans.length === 1 ? first : { items: plans }, output)
  )
}, (verb, input) => withServer(input, verb))
