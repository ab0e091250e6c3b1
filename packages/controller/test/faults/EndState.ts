/** What is left at the end of a case, without what is another in each run, and what must not be. */
import type { Simulation } from "@orchestrator/embedded/faults/Simulation"
import type { StoredObject } from "@orchestrator/embedded/objects/StoredObject"
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { Predicate } from "effect"
import { type Counts, type Late, masked, type Violation } from "./Ledger.ts"
import type { Calm } from "./Play.ts"
import type { Scenario } from "./Scenario.ts"

/** By object, its content. */
export type EndState = ReadonlyMap<string, string>

const kinds: ReadonlyArray<Kind> = [
  CodeRunKind,
  DocsRunKind,
  JobKind,
  ConfigMapKind,
  PersistentVolumeClaimKind,
  PodKind
]

const resourceOf = ({ group, plural }: Kind): string => `${group}/${plural}`

const contents = new WeakMap<StoredObject, string>()

/** Fields that count requests or tell of the way, not of where it led. */
const passing: ReadonlySet<string> = new Set([
  "managedFields",
  "resourceVersion",
  "generation",
  "observedGeneration",
  "lastUpdate"
])

const isCondition = (value: unknown): value is { readonly type: string } => Predicate.hasProperty(value, "type")

/** Conditions that tell of the way: what kept a start, and what it waited for. */
const passingConditions: ReadonlySet<string> = new Set(["Progressing", "Queued"])

/** In one order, without what tells of the way. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const items: ReadonlyArray<unknown> = value
    if (!items.every((item) => isCondition(item) && Predicate.hasProperty(item, "lastTransitionTime"))) {
      return items.map(canonical)
    }
    return items.filter(isCondition)
      .filter(({ type }) => !passingConditions.has(type))
      .sort((left, right) => left.type < right.type ? -1 : 1)
      .map(canonical)
  }
  if (!Predicate.isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !passing.has(key)).sort(([left], [right]) => left < right ? -1 : 1)
      .map(([key, inner]) => [key, canonical(inner)])
  )
}

/** Objects are frozen: what was read of one once is so for ever. */
export const contentOf = (object: StoredObject): string => {
  const known = contents.get(object)
  if (known !== undefined) return known
  const content = masked(JSON.stringify(canonical(object)))
  contents.set(object, content)
  return content
}

/** All that is compared at the end. */
export const objectsOf = ({ server: { objects } }: Simulation): ReadonlyArray<StoredObject> =>
  kinds.flatMap((kind) => objects.list(resourceOf(kind)))

export const endStateOf = (simulation: Simulation): EndState =>
  new Map(objectsOf(simulation).map((object) => [`${object.kind} ${masked(object.metadata.name)}`, contentOf(object)]))

export interface End {
  readonly simulation: Simulation
  readonly end: EndState
  readonly counts: ReadonlyMap<string, Counts>
  readonly calm: Calm | undefined
  readonly scenario: Scenario
  /** Updates beyond those of a run without faults that may be. */
  readonly more: number
  /** What nobody could hold back. */
  readonly late: Late
}

const liveOwners = (simulation: Simulation): ReadonlySet<string> =>
  new Set(objectsOf(simulation).map(({ metadata }) => metadata.uid))

/** I2: nothing of ours without an owner that is there. */
function* orphans(simulation: Simulation): Generator<Violation> {
  const live = liveOwners(simulation)
  for (const kind of [JobKind, ConfigMapKind]) {
    for (const { metadata: { name, ownerReferences = [] } } of simulation.server.objects.list(resourceOf(kind))) {
      if (ownerReferences.length > 0 && !ownerReferences.some(({ uid }) => live.has(uid))) {
        yield { invariant: "I2", what: `${kind.kind} ${name} is left without its owner` }
      }
    }
  }
}

const firstDifference = (left: string, right: string): string => {
  const at = [...left].findIndex((character, index) => character !== right[index])
  const from = Math.max(0, at - 60)
  return `${left.slice(from, at + 80)} | not ${right.slice(from, at + 80)}`
}

/** How a run ended, without what is read from pods: that cannot be told where nobody saw how they ended. */
const withoutEvidence = (content: string): string => {
  const { status = {} } = JSON.parse(content)
  const attempts: ReadonlyArray<Readonly<Record<string, unknown>>> = status.attempts ?? []
  const { contextVersion, phase, reason } = status
  return JSON.stringify([
    contextVersion,
    phase,
    reason,
    attempts.map(({ contextVersion, outcome, reason, retry }) => [contextVersion, retry, outcome, reason])
  ])
}

const comparable = (content: string | undefined, key: string, { evidenceGoes }: Scenario): string | undefined =>
  evidenceGoes === true && content !== undefined && /^\w+Run /.test(key) ? withoutEvidence(content) : content

/** I9: the end of a run without faults, reached with at most one update more for each fault. */
function* differences({ calm, counts, end, late, more, scenario }: End): Generator<Violation> {
  if (calm === undefined) return
  for (const key of new Set([...calm.end.keys(), ...end.keys()])) {
    const [found, wanted] = [end, calm.end].map((state) => comparable(state.get(key), key, scenario))
    if (found === undefined) yield { invariant: "I9", what: `${key} is not there at the end` }
    else if (wanted === undefined) yield { invariant: "I9", what: `${key} is left at the end` }
    else if (found !== wanted) {
      yield { invariant: "I9", what: `${key} ends otherwise: ${firstDifference(found, wanted)}` }
    }
  }
  const none: Counts = { create: 0, update: 0, delete: 0 }
  for (const key of new Set([...calm.counts.keys(), ...counts.keys()])) {
    const [found, wanted] = [counts.get(key) ?? none, calm.counts.get(key) ?? none]
    const text = `${key}: ${JSON.stringify(found)}, without a fault ${JSON.stringify(wanted)}`
    const isFiles = key.startsWith("/configmaps ")
    const spare = isFiles ? late.files : key.startsWith("batch/jobs ") ? late.jobs : 0
    // Files that somebody deletes after the agent has them, or after its end, need not be made again.
    const fewer = isFiles && scenario.filesGo === true ? wanted.create : 0
    const differs = found.create < wanted.create - fewer || found.create > wanted.create + spare ||
      found.delete !== wanted.delete
    if (differs) yield { invariant: "I9", what: text }
    else if (found.update > wanted.update + more) yield { invariant: "I9", what: `${text}, and ${more} more may be` }
  }
}

export function* endProblems(end: End): Generator<Violation> {
  yield* orphans(end.simulation)
  yield* differences(end)
}
