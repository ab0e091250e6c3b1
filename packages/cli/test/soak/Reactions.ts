/** How soon runs got their Jobs, by the API server's clock: from the answer to whoever made a run to the answer to whoever made its Job. Pure. */
import type { AuditEvent } from "../chaos/AuditEvent.ts"

export interface Reaction {
  /** When the run was accepted, in milliseconds since the epoch. */
  readonly at: number
  readonly millis: number
  /** Whether something was the matter with replicas or the API server meanwhile. */
  readonly disturbed: boolean
}

/** What a fault leaves behind: a Lease that has to end, lists that have to come anew, a line that is worked off. */
const aftermath = 30_000

interface Window {
  readonly from: number
  readonly to: number
}

const isMade = ({ code, verb }: AuditEvent) => verb === "create" && code === 201

/** Of runs that started at once: who was told what it waits for is left out, and who was never started. */
export const reactionsOf = (
  events: ReadonlyArray<AuditEvent>,
  faults: ReadonlyArray<Window>
): ReadonlyArray<Reaction> => {
  const first = (all: ReadonlyArray<AuditEvent>) => {
    const found = new Map<string, AuditEvent>()
    for (const event of all) {
      const run = event.object?.run
      if (run !== undefined && event.answered < (found.get(run)?.answered ?? Infinity)) found.set(run, event)
    }
    return found
  }
  const jobs = first(events.filter((event) => event.resource === "jobs" && isMade(event)))
  const told = first(events.filter(({ resource }) => /^(code|docs)runs\/status$/.test(resource)))
  const made = events.filter((event) => /^(code|docs)runs$/.test(event.resource) && isMade(event))
  return made.flatMap(({ answered: at, object }) => {
    const run = object?.uid ?? ""
    const job = jobs.get(run)
    if (job === undefined || (told.get(run)?.answered ?? Infinity) < job.answered) return []
    const disturbed = faults.some(({ from, to }) => from <= job.answered && to + aftermath >= at)
    return [{ at, millis: Math.max(0, job.answered - at), disturbed }]
  })
}

export const percentile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}
