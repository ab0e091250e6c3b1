/** The runs that a run is bound to by `dependsOn`, in both directions. All runs of the kind are looked at: who names one is written on the other. */
import { phaseOf, reasonOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Predicate } from "effect"
import type { RelatedRun } from "../contract/RunDetails.ts"
import { eachRun } from "./ListRuns.ts"
import { getRun, type RunAccess } from "./RunAccess.ts"

const mostRelated = 200

const namesIn = (value: unknown): ReadonlyArray<string> => Array.isArray(value) ? value.filter(Predicate.isString) : []

const nodeOf = (run: CustomObject): RelatedRun => {
  const reason = reasonOf(run)
  return {
    name: run.metadata.name ?? "",
    phase: phaseOf(run),
    ...(reason === undefined ? {} : { reason }),
    dependsOn: namesIn(run.spec["dependsOn"])
  }
}

/** Whatever is reached over steps from one name, the nearest first. Who is before whom and after whom is not mixed: siblings stay out. */
const reached = (start: string, next: (name: string) => ReadonlyArray<string>): ReadonlyArray<string> => {
  const met = new Set([start])
  for (const name of met) {
    for (const other of next(name)) met.add(other)
  }
  met.delete(start)
  return [...met]
}

/** Pure. */
export const relatedRuns = (nodes: ReadonlyMap<string, RelatedRun>, name: string) => {
  const edges = [...nodes.values()].flatMap(({ dependsOn, name: after }) =>
    dependsOn.map((before) => ({ before, after }))
  )
  const dependents = Map.groupBy(edges, ({ before }) => before)
  const names = [
    ...new Set([
      name,
      ...reached(name, (each) => nodes.get(each)?.dependsOn ?? []),
      ...reached(name, (each) => (dependents.get(each) ?? []).map(({ after }) => after))
    ])
  ]
  const items = names.slice(0, mostRelated).map((each): RelatedRun => nodes.get(each) ?? { name: each, dependsOn: [] })
  return { items, isComplete: names.length <= mostRelated }
}

export const runDependencies = Effect.fn("http.runDependencies")(function*(runs: RunAccess, name: string) {
  const own = nodeOf(yield* getRun(runs, name))
  const nodes = new Map([[own.name, own]])
  yield* eachRun(runs, {}, (part) => {
    for (const run of part) nodes.set(run.metadata.name ?? "", nodeOf(run))
  })
  return relatedRuns(nodes, name)
})
