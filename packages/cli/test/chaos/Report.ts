/** What is printed: a line now and then, and tables at the end. */
import type { AuditEvent } from "./AuditEvent.ts"
import { isRun, type Left } from "./Ends.ts"
import type { Violation } from "./Invariants.ts"
import type { Window } from "./Strikes.ts"

const counted = <A>(all: ReadonlyArray<A>, of: (each: A) => string): string =>
  [...Map.groupBy(all, of)].map(([name, { length }]): readonly [string, number] => [name, length])
    .sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1))
    .map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`).join("\n")

const lineOf = ({ code, life, name, object, received, resource, sentAt, user, verb }: AuditEvent): string => {
  const late = Math.round(received - sentAt)
  return [
    `    ${new Date(received).toISOString()} ${
      life === undefined ? user : `replica ${life}`
    } ${verb} ${resource} ${name}: ${code}`,
    object === undefined ? "" : `, version ${object.version}`,
    object?.phase === undefined ? "" : `, ${object.phase}`,
    late > 5 ? `, ${late} ms on its way` : ""
  ].join("")
}

export interface Outcome {
  readonly command: string
  readonly windows: ReadonlyArray<Window>
  readonly left: ReadonlyArray<Left>
  readonly events: ReadonlyArray<AuditEvent>
  readonly violations: ReadonlyArray<Violation>
  readonly settledSeconds: number
}

export const formatOutcome = (
  { command, events, left, settledSeconds, violations, windows }: Outcome
): string => {
  const runs = left.filter(isRun)
  const writes = events.filter(({ life, resource, verb }) =>
    life !== undefined && resource !== "leases" && ["create", "update", "patch", "delete"].includes(verb)
  )
  const jobs = events.filter(({ code, resource, verb }) => verb === "create" && resource === "jobs" && code === 201)
  return [
    `faults: ${windows.length}`,
    counted(windows, ({ kind }) => kind),
    `runs that are there at the end: ${runs.length}, ${jobs.length} Jobs, settled ${
      settledSeconds.toFixed(0)
    } s after the last fault`,
    counted(runs, ({ kind, phase, reason }) => `${kind} ${phase ?? "without a phase"}: ${reason ?? ""}`),
    `writes of the replicas: ${writes.length}`,
    counted(writes, ({ code, resource, verb }) => `${verb} ${resource}: ${code}`),
    `violations: ${violations.length}`,
    ...violations.slice(0, 40).flatMap((
      { invariant, proof, what }
    ) => [`  ${invariant}: ${what}`, ...proof.map(lineOf)]),
    `the same again: ${command}`
  ].filter((part) => part !== "").join("\n")
}

export const formatProgress = (
  seconds: number,
  events: ReadonlyArray<AuditEvent>,
  windows: ReadonlyArray<Window>,
  leader: string
): string => {
  const runs = new Map<string, string>()
  for (const { object, resource } of events) {
    if (object !== undefined && /^(code|docs)runs(\/|$)/.test(resource)) runs.set(object.uid, object.phase ?? "New")
  }
  const phases = [...Map.groupBy(runs.values(), (phase) => phase)].sort().map(([phase, all]) =>
    `${all.length} ${phase}`
  )
  const now = windows.filter(({ to }) => to === Infinity).map(({ kind, node }) =>
    node === undefined ? kind : `${node} ${kind.slice(5)}`
  )
  return `${seconds.toFixed(0).padStart(4)} s: ${runs.size} runs (${
    phases.join(", ")
  }), leader ${leader}, ${windows.length} faults` +
    (now.length === 0 ? "" : `, now: ${now.join(", ")}`)
}
