/**
 * What decides how a case goes on, as text: what is stored, and what each controller has in its stores. Times and versions are left out, so that
 * what comes to the same is the same.
 */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import type { Simulation } from "@orchestrator/embedded/faults/Simulation"
import type { Stores } from "../../src/facts/Stores.ts"
import { endStateOf } from "./EndState.ts"
import { masked } from "./Ledger.ts"

const texts = new WeakMap<object, string>()

/** Facts are made once and never changed. */
const textOf = (facts: object): string => {
  const known = texts.get(facts)
  if (known !== undefined) return known
  const text = masked(JSON.stringify(facts, (key, value: unknown) => {
    if (key === "resourceVersion" || key === "createdAt" || key === "now") return undefined
    return typeof value === "bigint" ? String(value) : value
  }))
  texts.set(facts, text)
  return text
}

const contentOf = ({ files, jobs, lastPods, pods, runs, workspaces }: Stores["Service"]): string =>
  [
    ...everyRunKind.map(({ kind }) => runs[kind].values()),
    jobs.values(),
    pods.values(),
    files.values(),
    workspaces.values(),
    lastPods.values()
  ].map((values) => [...values].map(textOf).sort().join()).join(";")

export const stateOf = (
  simulation: Simulation,
  running: ReadonlyMap<string, { readonly stores: Stores["Service"] }>
): string =>
  [
    simulation.digest(),
    ...endStateOf(simulation).values(),
    ...[...running.values()].map(({ stores }) => contentOf(stores))
  ].join("\n")
