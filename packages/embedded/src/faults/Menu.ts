/**
 * What each number means at a decision point of each kind: 0 is nothing, 1 the first of its list. A list only grows at its end, so that the
 * cases that were printed once stay what they are.
 */
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { Extent, Fault, FaultClass, Variant, When } from "./Fault.ts"

const second = 1000

/** A refusal that no second try mends, or a clock by which somebody's time is over. */
const misleads = (fault: Fault): boolean =>
  (fault._tag === "Refuse" && fault.reason._tag === "Invalid") ||
  (fault._tag === "Jump" && Math.abs(fault.millis) >= 300 * second)

/** A refusal that is said in the status, and taken back. */
const isTold = (fault: Fault): boolean => fault._tag === "Refuse" && fault.reason._tag === "Forbidden"

const variant = (of: FaultClass, name: string, fault: Fault): Variant => ({
  class: of,
  name,
  fault,
  misleads: misleads(fault),
  weight: (fault._tag === "Crash" && fault.older > 0) || isTold(fault) ? 2 : 1
})

const says = "planted by the simulation"
/** Longer than what the client waits for an answer. */
const timeoutMillis = 30 * second

interface Refusal {
  readonly name: string
  readonly when: When
  readonly reason: KubernetesErrorReason
  readonly afterMillis?: number
}

const refusals: ReadonlyArray<Refusal> = [
  { name: "409 Conflict", when: "before", reason: { _tag: "Conflict", message: says } },
  { name: "409 AlreadyExists", when: "before", reason: { _tag: "AlreadyExists", message: says } },
  { name: "403 Forbidden", when: "before", reason: { _tag: "Forbidden", message: says } },
  { name: "404 NotFound", when: "before", reason: { _tag: "NotFound", message: says } },
  { name: "410 Gone", when: "before", reason: { _tag: "Gone", message: says } },
  { name: "422 Invalid", when: "before", reason: { _tag: "Invalid", message: says, causes: [] } },
  {
    name: "429 with Retry-After 2",
    when: "before",
    reason: { _tag: "TooManyRequests", message: says, retryAfterSeconds: 2 }
  },
  { name: "500", when: "before", reason: { _tag: "ServerError", message: says, status: 500 } },
  { name: "503", when: "before", reason: { _tag: "ServerError", message: says, status: 503 } },
  {
    name: "timeout, not done",
    when: "before",
    reason: { _tag: "Unreachable", message: says },
    afterMillis: timeoutMillis
  },
  { name: "timeout, done", when: "after", reason: { _tag: "Unreachable", message: says }, afterMillis: timeoutMillis },
  { name: "reset, not done", when: "before", reason: { _tag: "Unreachable", message: says } },
  { name: "reset, done", when: "after", reason: { _tag: "Unreachable", message: says } },
  { name: "garbage body, done", when: "after", reason: { _tag: "Malformed", message: says } },
  { name: "garbage body, not done", when: "before", reason: { _tag: "Malformed", message: says } }
]

const extents: ReadonlyArray<Extent> = ["once", "thrice", "until told"]

const requestFaults = refusals.flatMap(({ afterMillis = 0, name, reason, when }) =>
  extents.map((extent) =>
    variant("request", `${name}, ${extent}`, { _tag: "Refuse", when, reason, afterMillis, extent })
  )
)

const slow = [2, 10, 25].flatMap((seconds) =>
  (["before", "after"] as const).map((when) =>
    variant("request", `${seconds} s on its way ${when === "before" ? "there" : "back"}`, {
      _tag: "Slow",
      when,
      millis: seconds * second
    })
  )
)

const crash = (at: "before" | "committed" | "after", name: string, restartSeconds: number, older = 0) =>
  variant(
    older === 0 ? "crash" : "stale",
    `crash ${name}, back after ${restartSeconds} s${older === 0 ? "" : `, onto a state ${older} changes old`}`,
    { _tag: "Crash", at, restartMillis: restartSeconds * second, older }
  )

const writeCrashes = [1, 100].flatMap((seconds) => [
  crash("before", "before it is sent", seconds),
  crash("committed", "with the answer lost", seconds),
  crash("after", "after the answer", seconds)
])

/** Restarts onto each older state, as far as a run is long. */
const restartsOntoOlder = Array.from({ length: 40 }, (_, index) => index + 1)
  .map((older) => crash("after", "after the answer", 1, older))

const losses = [12, 40].flatMap((seconds) => [
  variant("leadership", `the lease is given back, another life in ${seconds} s`, {
    _tag: "Release",
    restartMillis: seconds * second
  }),
  variant("leadership", `the lease cannot be renewed for ${seconds} s`, {
    _tag: "LoseLease",
    millis: seconds * second
  }),
  variant("leadership", `partition of ${seconds} s`, { _tag: "Partition", millis: seconds * second }),
  variant("leadership", `paused for ${seconds} s before the request arrives`, {
    _tag: "Pause",
    at: "before",
    millis: seconds * second
  }),
  variant("leadership", `paused for ${seconds} s after the answer`, {
    _tag: "Pause",
    at: "after",
    millis: seconds * second
  })
])

const holds = [
  ...[1, 2, 3, 4, 6, 9].map((deliveries) =>
    variant("reorder", `held back for ${deliveries} deliveries of other streams`, {
      _tag: "Hold",
      deliveries,
      millis: 0,
      all: false
    })
  ),
  ...[1, 3, 7, 15, 45, 90].map((seconds) =>
    variant("reorder", `the stream lags ${seconds} s`, {
      _tag: "Hold",
      deliveries: 0,
      millis: seconds * second,
      all: false
    })
  )
]

/** What is decided meanwhile is decided on what was known before. */
const freezes = [1, 5, 12, 30, 75].map((seconds) =>
  variant("stale", `nothing is seen for ${seconds} s`, {
    _tag: "Hold",
    deliveries: 0,
    millis: seconds * second,
    all: true
  })
)

const repeats = [0, 1, 2, 4].map((after) =>
  variant("missed", after === 0 ? "told twice" : `told again after ${after} more`, { _tag: "Repeat", after })
)

const misses = [
  ...[0, 1, 2, 3, 5].map((events) =>
    variant("missed", `cut off here and listed again ${events} events later`, { _tag: "Miss", events, millis: 0 })
  ),
  ...[2, 12, 40].map((seconds) =>
    variant("missed", `cut off here and listed again ${seconds} s later`, {
      _tag: "Miss",
      events: 1000,
      millis: seconds * second
    })
  )
]

const ends = (["gone", "error", "closed", "silent"] as const).map((how) =>
  variant("watch", { gone: "410", error: "an ERROR event", closed: "a clean end", silent: "silence" }[how], {
    _tag: "End",
    how
  })
)

const jumps = [1, 30, 300, 3600, 30 * 86_400].flatMap((seconds) =>
  (seconds > 3600 ? [1] : [1, -1]).map((sign) =>
    variant("clock", `the clock jumps ${sign * seconds} s`, { _tag: "Jump", millis: sign * seconds * second })
  )
)

/** A write, or a read of one object. */
const callMenu: ReadonlyArray<Variant> = [
  ...writeCrashes,
  ...requestFaults,
  ...slow,
  ...losses,
  ...restartsOntoOlder
]

/** The opening of a watch, or a list. */
const openMenu: ReadonlyArray<Variant> = [crash("before", "before it is sent", 1), ...requestFaults, ...slow]

const deliveryMenu: ReadonlyArray<Variant> = [
  crash("before", "before it is seen", 1),
  crash("after", "after it was seen", 1),
  ...holds,
  ...freezes,
  ...repeats,
  ...misses,
  ...ends
]

const timerMenu: ReadonlyArray<Variant> = [
  crash("before", "before the timer", 1),
  ...jumps,
  ...[12, 40].map((seconds) =>
    variant("leadership", `paused for ${seconds} s`, { _tag: "Pause", at: "before", millis: seconds * second })
  )
]

export type PointKind = "call" | "open" | "delivery" | "timer" | "lease"

/** Lease steps are calls of their own kind. */
export const menuOf = (kind: PointKind): ReadonlyArray<Variant> => {
  switch (kind) {
    case "call":
    case "lease":
      return callMenu
    case "open":
      return openMenu
    case "delivery":
      return deliveryMenu
    case "timer":
      return timerMenu
  }
}
