/**
 * What decides how a case goes on, as a short text: what is stored, and what each controller has in its stores. Times and versions are left out,
 * so that what comes to the same is the same.
 */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import type { Simulation } from "@orchestrator/embedded/faults/Simulation"
import { hash } from "node:crypto"
import type { Stores } from "../../src/facts/Stores.ts"
import type { Running } from "./Controllers.ts"
import { contentOf, objectsOf } from "./EndState.ts"
import { masked } from "./Ledger.ts"

const hashOf = (text: string): string => hash("sha1", text, "base64").slice(0, 16)

/** What is never changed has the same hash for ever. */
const remembered = <A extends object>(textOf: (value: A) => string): (value: A) => string => {
  const hashes = new WeakMap<A, string>()
  return (value) => {
    const known = hashes.get(value)
    if (known !== undefined) return known
    const found = hashOf(textOf(value))
    hashes.set(value, found)
    return found
  }
}

const ofObject = remembered(contentOf)

const ofFacts = remembered((facts: object) =>
  masked(JSON.stringify(facts, (key, value: unknown) => {
    if (key === "resourceVersion" || key === "createdAt" || key === "now") return undefined
    return typeof value === "bigint" ? String(value) : value
  }))
)

/** What is known for a time is known or not: when that ends is no part of it. */
const knownFor = (millis: number | undefined): string => millis === undefined ? "" : "!"

const ofStores = (
  { files, jobs, lastPods, podWarnings, pods, refusals, runs, strays, underway, workspaces }: Stores["Service"],
  now: number
): string =>
  [
    ...[
      ...everyRunKind.map(({ kind }) => runs[kind].values()),
      jobs.values(),
      pods.values(),
      files.values(),
      workspaces.values(),
      lastPods.values(),
      refusals.values(),
      podWarnings.values()
    ].map((values) => Array.from(values, ofFacts).sort().join()),
    [...strays].sort().join(),
    knownFor(underway.leftOfOthers(now)),
    ...Array.from(
      workspaces.values(),
      ({ name, namespace }) => knownFor(underway.left(`${namespace}/${name}`, "", now))
    )
  ].join(";")

/** `told`: what else the judgement of what comes depends on. */
export const stateOf = (simulation: Simulation, running: ReadonlyMap<string, Running>, told: string): string =>
  hashOf([
    simulation.digest(),
    ...objectsOf(simulation).map(ofObject),
    ...Array.from(running.values(), ({ now, stores }) => ofStores(stores, now())),
    told
  ].join("\n"))
