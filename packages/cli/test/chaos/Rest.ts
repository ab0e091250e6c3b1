/** When the faults are over: everything must come to rest within a bound, and stay so. */
import { isTerminal } from "@orchestrator/domain/Phase"
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject, KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { attemptsOf, patiently, phaseOf, reasonOf } from "../cluster/World.ts"
import { allIsSettled, isRun, type Left } from "./Ends.ts"

/**
 * Everything must be at rest so long after the last fault, and two seconds for each run that has not ended by then. A leader that took over
 * waits for a minute where somebody before it may have begun something; a pod of a Node that is gone is given up after another.
 */
const settleSeconds = 180
const secondsForEach = 2
/** Nothing may be written for so long then. */
const quietSeconds = 8

const kinds: ReadonlyArray<Kind> = [
  CodeRunKind,
  DocsRunKind,
  JobKind,
  PodKind,
  ConfigMapKind,
  PersistentVolumeClaimKind
]

export const leftOf = (kind: Kind, object: KubernetesObject & Partial<CustomObject>): Left => {
  const { finalizers = [], name = "", ownerReferences = [], uid = "" } = object.metadata
  const run: CustomObject = { spec: {}, ...object }
  return {
    kind: kind.kind,
    name,
    uid,
    finalizers,
    owners: ownerReferences.map((each) => each.uid),
    phase: phaseOf(run) === undefined ? undefined : String(phaseOf(run)),
    reason: reasonOf(run) === undefined ? undefined : String(reasonOf(run)),
    attempts: kind === CodeRunKind || kind === DocsRunKind ? attemptsOf(run.status).length : 0,
    versions: [Number(run.spec["contextVersion"] ?? 1), Number(run.status?.["contextVersion"] ?? 1)]
  }
}

const leftIn = Effect.fnUntraced(function*(namespaces: ReadonlySet<string>) {
  const client = yield* KubernetesClient
  const [namespace, other] = namespaces
  const all = yield* Effect.forEach(kinds, (kind) =>
    Effect.map(
      patiently(client.list(kind, other === undefined ? { namespace } : {})),
      ({ items }) =>
        items.filter(({ metadata }) => namespaces.has(metadata.namespace ?? ""))
          .map((object) => leftOf(kind, object))
    ))
  return all.flat()
})

export interface Rest {
  readonly left: ReadonlyArray<Left>
  /** After the last fault. */
  readonly seconds: number
  readonly isSettled: boolean
  /** Milliseconds since the epoch, from when nothing may be written. */
  readonly since: number
}

/** Waits for it, and a moment more; `calm`, `elapsed`: seconds of one clock, at the last fault and now. */
export const comeToRest = Effect.fnUntraced(
  function*(places: ReadonlyArray<string>, calm: number, elapsed: () => number) {
    const namespaces = new Set(places)
    let left = yield* leftIn(namespaces)
    const open = left.filter((each) => isRun(each) && !isTerminal(each.phase))
    const bound = settleSeconds + secondsForEach * open.length
    while (allIsSettled(left).length > 0 && elapsed() - calm < bound) {
      yield* Effect.sleep("1 second")
      left = yield* leftIn(namespaces)
    }
    const seconds = elapsed() - calm
    const rest: Rest = { left, seconds, isSettled: seconds < bound, since: Date.now() }
    yield* Effect.sleep(`${quietSeconds} seconds`)
    return rest
  }
)
