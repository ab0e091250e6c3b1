/** I2, I4, I9 at the end: everything is settled, and replicas and API servers that had trouble have changed nothing in how runs ended. */
import { jobFinalizer } from "@orchestrator/domain/Labels"
import { isTerminal } from "@orchestrator/domain/Phase"
import type { AuditEvent } from "./AuditEvent.ts"
import type { Invariant, Violation } from "./Invariants.ts"
import type { Act, Create } from "./Load.ts"
import type { Window } from "./Strikes.ts"

/** An object that is there when all is over. */
export interface Left {
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly finalizers: ReadonlyArray<string>
  readonly owners: ReadonlyArray<string>
  readonly phase: string | undefined
  readonly reason: string | undefined
  readonly attempts: number
  /** Of a run: of its spec, and of its status. */
  readonly versions: readonly [wanted: number, seen: number]
}

export const isRun = ({ kind }: Left) => kind === "CodeRun" || kind === "DocsRun"

/** Every run has ended, nothing is held, nothing is left without an owner. */
export const allIsSettled = (left: ReadonlyArray<Left>): ReadonlyArray<Violation> => {
  const uids = new Set(left.map(({ uid }) => uid))
  return left.flatMap((object): ReadonlyArray<Violation> => {
    const { finalizers, kind, name, owners, phase, reason, versions: [wanted, seen] } = object
    const found = (invariant: Invariant, what: string) => [{ invariant, what: `${kind} ${name} ${what}`, proof: [] }]
    if (isRun(object)) {
      const state = `is ${phase ?? "without a phase"} (${reason ?? "without a reason"}), version ${seen} of ${wanted}`
      return isTerminal(phase) && wanted <= seen ? [] : found("I4", state)
    }
    if (finalizers.includes(jobFinalizer)) return found("I2", "is held")
    if (kind === "Job" || kind === "Pod") return found("I4", "is still there")
    return owners.length > 0 && !owners.some((uid) => uids.has(uid)) ? found("I2", "has no owner that is there") : []
  })
}

const wanted = ({ script }: Create) => {
  if (script.startsWith("deliver")) return "Succeeded"
  return script.startsWith("fail") ? "Failed" : undefined
}

/** UIDs of the runs that had a pod on a node while something was wrong with it. */
const unlucky = (events: ReadonlyArray<AuditEvent>, windows: ReadonlyArray<Window>): ReadonlySet<string> => {
  const pods = events.filter(({ object, resource }) => /^pods(\/|$)/.test(resource) && object?.node !== undefined)
  const byPod = [...Map.groupBy(pods, ({ object }) => object?.uid).values()]
  const hit = byPod.filter((history) => {
    const [from = 0, to = 0] = [history[0]?.received, history.at(-1)?.received]
    return windows.some((window) =>
      window.node === history[0]?.object?.node && window.from <= to && window.to >= from - 5000
    )
  })
  return new Set(hit.flatMap(([first]) => first?.object?.run ?? []))
}

/** A run that nobody touched, on nodes that were well, ends as its agent did, at the first attempt. */
export const endsAsAsked = (
  left: ReadonlyArray<Left>,
  acts: ReadonlyArray<Act>,
  events: ReadonlyArray<AuditEvent>,
  windows: ReadonlyArray<Window>
): ReadonlyArray<Violation> => {
  const touched = new Set(acts.flatMap((act) => "name" in act && act.act !== "create" ? [act.name] : []))
  const creations = new Map(acts.flatMap((act) => act.act === "create" ? [[act.name, act] as const] : []))
  const exempt = unlucky(events, windows)
  return left.filter(isRun).flatMap(({ attempts, name, phase, reason, uid }): ReadonlyArray<Violation> => {
    const run = creations.get(name)
    const want = run === undefined || run.dependsOn.length > 0 || touched.has(name) || exempt.has(uid)
      ? undefined
      : wanted(run)
    if (want === undefined || (phase === want && attempts === 1)) return []
    const proof = events.filter(({ object, resource }) => object?.run === uid && /status|^jobs/.test(resource)).slice(
      -6
    )
    return [{
      invariant: "I9",
      what:
        `${name} (${run?.script}) ended as ${phase} (${reason}) after ${attempts} attempts: expected ${want} after one`,
      proof
    }]
  })
}
