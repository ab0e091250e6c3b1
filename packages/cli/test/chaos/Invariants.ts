/** What must hold of everything that the API server was asked, whatever went wrong meanwhile. Pure: a list of audit events is all there is. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { type AuditEvent, isAccepted, isWrite } from "./AuditEvent.ts"
import type { Life } from "./AuditId.ts"

export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10" | "I11"

export interface Violation {
  readonly invariant: Invariant
  readonly what: string
  readonly proof: ReadonlyArray<AuditEvent>
}

/** In which an API server was killed: what it did in its last moment may be missing in its log. */
export type Crashes = ReadonlyArray<{ readonly from: number; readonly to: number }>

const ofResource = (resource: string) => (event: AuditEvent) =>
  event.resource === resource || event.resource.startsWith(`${resource}/`)

/** What is known of each object of a resource, by its UID, in the order in which the server stored it. */
const versions = (
  events: ReadonlyArray<AuditEvent>,
  resource: string
): ReadonlyMap<string, ReadonlyArray<AuditEvent>> => {
  const seen = events.filter((event) => event.object !== undefined && isAccepted(event) && ofResource(resource)(event))
  const grouped = Map.groupBy(seen, ({ object }) => object?.uid ?? "")
  return new Map(
    [...grouped].map(([uid, all]) => [uid, all.sort((a, b) => (a.object?.version ?? 0) - (b.object?.version ?? 0))])
  )
}

const runResources = ["coderuns", "docsruns"]

/** I1: one Job for an attempt, ever. */
export const oneJobPerAttempt = (events: ReadonlyArray<AuditEvent>): ReadonlyArray<Violation> => {
  const made = events.filter((event) => isAccepted(event) && event.verb === "create" && event.resource === "jobs")
  return [...Map.groupBy(made, ({ object }) => object?.attempt)].flatMap(([attempt, proof]) =>
    attempt === undefined || new Set(proof.map(({ object }) => object?.uid)).size < 2
      ? []
      : [{ invariant: "I1", what: `${proof.length} Jobs of attempt ${attempt}`, proof }]
  )
}

/** I3: what has ended stays so for its contextVersion, and versions do not go back. */
export const terminalStays = (events: ReadonlyArray<AuditEvent>): ReadonlyArray<Violation> =>
  runResources.flatMap((resource) =>
    [...versions(events, resource)].flatMap(([, history]) =>
      history.slice(1).flatMap((event, index): ReadonlyArray<Violation> => {
        const earlier = history[index]
        const [before, after] = [earlier?.object, event.object]
        if (earlier === undefined || before?.phase === undefined || after === undefined) return []
        const [from = 1, to = 1] = [before.contextVersion, after.contextVersion]
        const proof = [earlier, event]
        if (to < from) {
          return [{ invariant: "I3", what: `${event.name} went from contextVersion ${from} back to ${to}`, proof }]
        }
        return to === from && isTerminal(before.phase) && after.phase !== before.phase
          ? [{ invariant: "I3", what: `${event.name} was ${before.phase} and became ${after.phase}`, proof }]
          : []
      })
    )
  )

/** I1: attempts are counted one by one, and each has its Job. */
export const attemptsAreCounted = (events: ReadonlyArray<AuditEvent>): ReadonlyArray<Violation> =>
  runResources.flatMap((resource) =>
    [...versions(events, resource)].flatMap(([, history]) => {
      const last = history.findLast(({ object }) => (object?.attempts.length ?? 0) > 0)
      const attempts = last?.object?.attempts ?? []
      const wrong = attempts.flatMap(({ contextVersion, jobName, retry }, index) => {
        const before = attempts[index - 1]
        if (attempts.some((other, place) => place < index && other.jobName === jobName)) return [`${jobName} twice`]
        const follows = before === undefined
          ? retry === 0 || attempts.length === 10
          : contextVersion === before.contextVersion
          ? retry === before.retry + 1
          : contextVersion > before.contextVersion && retry === 0
        return follows ? [] : [`version ${contextVersion} retry ${retry} after ${JSON.stringify(before ?? "none")}`]
      })
      return wrong.length === 0 || last === undefined
        ? []
        : [{
          invariant: "I1" as const,
          what: `${last.name} counts attempts wrongly: ${wrong.join(", ")}`,
          proof: [last]
        }]
    })
  )

interface Span {
  readonly name: string
  readonly first: AuditEvent
  readonly last: AuditEvent
  /** Surely alive from here to there. */
  readonly from: number
  readonly to: number
}

const hasEnded = ({ object }: AuditEvent) =>
  object?.gone === true || object?.phase === "Succeeded" || object?.phase === "Failed"

/** When a pod was surely live: of a server that died we do not know what it did last. */
const spanOf = (
  history: ReadonlyArray<AuditEvent>,
  removals: ReadonlyArray<AuditEvent>,
  crashes: Crashes
): Span | undefined => {
  const [first] = history
  if (first === undefined || hasEnded(first)) return undefined
  const alive = history.filter((event) => !hasEnded(event))
  const last = alive.at(-1) ?? first
  const end = history.find(hasEnded) ??
    removals.find(({ name, namespace, received }) =>
      name === first.name && namespace === first.namespace && received >= last.answered
    )
  const crash = crashes.find(({ to }) => to >= last.received)
  const known = crash === undefined ? Infinity : Math.max(last.received, crash.from)
  const to = Math.min(end?.received ?? Infinity, known)
  return { name: first.name, first, last: end ?? last, from: first.answered, to }
}

/** I7: never two pods that may live in one workspace. */
export const oneOwnerPerWorkspace = (events: ReadonlyArray<AuditEvent>, crashes: Crashes): ReadonlyArray<Violation> => {
  const pods = versions(events, "pods")
  const removals = events.filter((event) =>
    event.resource === "pods" &&
    (event.code === 404 || event.verb === "delete" && event.code < 300 && event.object === undefined)
  )
  const byClaim = new Map<string, Array<Span>>()
  for (const history of pods.values()) {
    const claims = history[0]?.object?.claims ?? []
    const span = spanOf(history, removals, crashes)
    if (span === undefined) continue
    for (const name of claims) {
      const claim = `${span.first.namespace}/${name}`
      byClaim.set(claim, [...byClaim.get(claim) ?? [], span])
    }
  }
  return [...byClaim].flatMap(([claim, spans]) => {
    const inOrder = spans.sort((left, right) => left.from - right.from)
    return inOrder.flatMap((span, index): ReadonlyArray<Violation> => {
      const other = inOrder.slice(0, index).find(({ to }) => to > span.from)
      return other === undefined ? [] : [{
        invariant: "I7",
        what: `${claim} had ${other.name} and ${span.name} for ${
          (Math.min(other.to, span.to) - span.from).toFixed(0)
        } ms`,
        proof: [other.first, span.first, other.last, span.last]
      }]
    })
  })
}

/** After an API server died: until a leader whose taking of the Lease was not written down has renewed it. */
const longestLoss = 15_000

interface Term {
  readonly life: Life
  readonly taken: AuditEvent
}

/** Who held the Lease, in the order in which it was taken. */
const termsOf = (events: ReadonlyArray<AuditEvent>): ReadonlyArray<Term> => {
  const terms: Array<Term> = []
  let holder: string | undefined
  for (const history of versions(events, "leases").values()) {
    for (const event of history) {
      if (event.object?.holder === undefined || event.object.holder === holder || event.life === undefined) continue
      holder = event.object.holder
      terms.push({ life: event.life, taken: event })
    }
  }
  return terms.sort((left, right) => left.taken.answered - right.taken.answered)
}

/** What somebody asks by HTTP, or a forge by a webhook, any replica does. */
const isAskedFor = ({ resource }: AuditEvent): boolean => runResources.includes(resource)

/** I6: who lost the Lease sends nothing more once another has acted with it, and who never had it sends nothing at all. */
export const oneActs = (events: ReadonlyArray<AuditEvent>, crashes: Crashes): ReadonlyArray<Violation> => {
  const terms = termsOf(events)
  /** Its taking of the Lease may be missing in the log. */
  const mayHaveTaken = (event: AuditEvent) => {
    const next = terms.find(({ taken }) => taken.answered > event.sentAt)
    return next !== undefined && next.life === event.life &&
      crashes.some(({ from, to }) => from <= next.taken.received && to >= event.sentAt - longestLoss)
  }
  const writes = events.filter((event) =>
    event.life !== undefined && event.resource !== "leases" && !isAskedFor(event) && isAccepted(event)
  )
  const firstAct = ({ life, taken }: Term) =>
    writes.find((event) => event.life === life && event.sentAt >= taken.received)?.answered ?? Infinity
  const acted = terms.map((term) => ({ ...term, actedAt: firstAct(term) }))
  return writes.flatMap((event): ReadonlyArray<Violation> => {
    const term = acted.findLast(({ taken }) => taken.answered <= event.sentAt)
    if (term?.life === event.life) return []
    // It has lost the Lease, but nobody has acted without its knowing.
    const hadIt = terms.some(({ life, taken }) => life === event.life && taken.answered <= event.sentAt)
    if (hadIt && term !== undefined && term.actedAt > event.sentAt) return []
    if (mayHaveTaken(event)) return []
    const own = terms.findLast(({ life, taken }) => life === event.life && taken.received <= event.answered)
    // The server writes its log after its answer.
    if (own !== undefined && own.taken.answered > event.sentAt && own.taken.received < event.sentAt) return []
    return [{
      invariant: "I6",
      what: `replica ${event.life} wrote ${event.resource} ${event.name} while ${term?.life ?? "nobody"} had the Lease`,
      proof: [...(own === undefined ? [] : [own.taken]), ...(term === undefined ? [] : [term.taken]), event]
    }]
  })
}

/** I8, I10, I11: each write is held back by a name, version or UID, tells no secret, and is to what is ours. */
export const writesAreOurs = (events: ReadonlyArray<AuditEvent>): ReadonlyArray<Violation> =>
  events.flatMap((event): ReadonlyArray<Violation> => {
    if (event.life === undefined || !isWrite(event)) return []
    const what = `replica ${event.life}: ${event.verb} ${event.resource} ${event.name}`
    const { object, resource } = event
    const foreign = object !== undefined && !object.ours && object.run === undefined && resource !== "leases"
    return [
      ...(event.fenced
        ? []
        : [{ invariant: "I8" as const, what: `${what} has nothing that holds it back`, proof: [event] }]),
      ...(event.tells
        ? [{ invariant: "I10" as const, what: `${what} has the value of a Secret`, proof: [event] }]
        : []),
      ...(foreign ? [{ invariant: "I11" as const, what: `${what} is not ours`, proof: [event] }] : [])
    ]
  })

const paceMillis = 10_000
/** Of one process within such a time, whatever for; and for one object. */
const mostRequests = 600
const mostForOne = 40

/** I5: no rate without bound, of refused requests neither. Said once for each process and object. */
export const ratesAreBounded = (events: ReadonlyArray<AuditEvent>): ReadonlyArray<Violation> => {
  const own = events.filter(({ life, resource }) => life !== undefined && resource !== "leases")
  const burst = (all: ReadonlyArray<AuditEvent>, most: number) =>
    all.findIndex((event, index) => index >= most && event.received - (all[index - most]?.received ?? 0) < paceMillis)
  const found = (key: string, all: ReadonlyArray<AuditEvent>, most: number): ReadonlyArray<Violation> => {
    const inOrder = all.toSorted((left, right) => left.received - right.received)
    const at = burst(inOrder, most)
    const proof = inOrder.slice(at, at + 3)
    return at < 0
      ? []
      : [{ invariant: "I5", what: `${key}: more than ${most} requests in ${paceMillis / 1000} s`, proof }]
  }
  const byLife = Map.groupBy(own, ({ life }) => `replica ${life}`)
  // A list is of no object: runs of different services ask for different ones.
  const named = own.filter(({ name }) => name !== "")
  const byObject = Map.groupBy(
    named,
    ({ life, name, namespace, resource, verb }) => `replica ${life}, ${verb} ${resource} ${namespace}/${name}`
  )
  return [
    ...[...byLife].flatMap(([key, all]) => found(key, all, mostRequests)),
    ...[...byObject].flatMap(([key, all]) => found(key, all, mostForOne))
  ]
}

/** What a run costs without faults is six writes an attempt; beyond that, what it waits for and what is done to it. */
const perAttempt = 6
const besides = 6
const perFault = 2
const secondsPerWrite = 10

/** I9: what faults add to the writes of a run is bounded by their number, and by the time that they last. */
export const writesAreBounded = (
  events: ReadonlyArray<AuditEvent>,
  faults: ReadonlyArray<{ readonly from: number; readonly to: number }>,
  deeds: ReadonlyMap<string, number>
): ReadonlyArray<Violation> => {
  const own = events.filter((event) => event.life !== undefined && isAccepted(event) && event.object?.run !== undefined)
  return [...Map.groupBy(own, ({ object }) => object?.run ?? "")].flatMap(([run, proof]) => {
    const attempts = new Set(
      proof.filter(({ resource, verb }) => verb === "create" && resource === "jobs").map(({ name }) => name)
    )
    const [from = 0, to = 0] = [proof[0]?.received, proof.at(-1)?.received]
    const during = faults.filter((fault) => fault.from <= to && fault.to >= from).length
    const name = proof.find(({ resource }) => resource.endsWith("/status"))?.name ?? ""
    const most = perAttempt * Math.max(1, attempts.size) + besides + perFault * (during + (deeds.get(name) ?? 0)) +
      (to - from) / 1000 / secondsPerWrite
    return proof.length <= most ? [] : [{
      invariant: "I9" as const,
      what: `${name} (${run}) took ${proof.length} writes for ${attempts.size} attempts and ${during} faults: at most ${
        Math.floor(most)
      }`,
      proof: proof.slice(-8)
    }]
  })
}
