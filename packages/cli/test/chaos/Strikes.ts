/** Faults as they are done to the cluster. Each ends by itself, and tells what it hit. */
import { Effect } from "effect"
import { away, compact } from "../cluster/ControlPlane.ts"
import type { ChaosNode } from "./Nodes.ts"
import { begin, type Place, type Weather } from "./Replicas.ts"
import type { Fault, Target } from "./Schedule.ts"

/** When something was wrong, in milliseconds since the epoch. */
export interface Window {
  readonly kind: Fault["kind"]
  readonly from: number
  to: number
  /** Of a node. */
  readonly node?: string
}

export interface Scene {
  readonly places: ReadonlyArray<Place>
  readonly nodes: readonly [ChaosNode, ChaosNode]
  /** Index of the replica that leads, as far as is known. */
  readonly leader: () => number
  /** Numbers in [0, 1). */
  readonly roll: () => number
}

const isWrite = ({ method }: { readonly method: string }) => method !== "GET"
const concerns = (resource: string, path: string) => new RegExp(`/${resource}(?:[/?]|$)`).test(path)

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** What is the matter with a replica's connections; undefined for faults of another kind. */
const weatherOf = (fault: Fault, roll: () => number): Weather | undefined => {
  switch (fault.kind) {
    case "late answers":
      return { lateness: ({ path }) => concerns(fault.resource, path) ? fault.millis : 0 }
    case "late writes":
      return {
        verdict: async (request) => {
          if (isWrite(request) && request.path.includes(`/${fault.resource}`)) await pause(fault.millis)
          return "pass"
        }
      }
    case "lost answers":
      return {
        verdict: (request) => Promise.resolve(isWrite(request) && roll() < fault.share ? "unanswered" : "pass")
      }
    case "refusals":
      return { verdict: () => Promise.resolve(roll() < fault.share ? fault : "pass") }
    case "silence":
      return { silent: true }
    default:
      return undefined
  }
}

export const makeStrikes = ({ leader, nodes, places, roll }: Scene) => {
  /** Nodes, and the API server, with which something is wrong already: the next fault of theirs is left out. */
  const busy = new Set<string>()
  const windows: Array<Window> = []
  /** How many faults keep the process of a place from coming back. */
  const down = new Map<Place, number>()
  /** Processes that were told to end: each may take its time for that, and says then that it was told. */
  const told = new WeakSet<object>()
  /** How those ended that nobody ended. */
  const exits: Array<string> = []

  const hit = (target: Target): ReadonlyArray<Place> =>
    target === "both"
      ? places
      : places.filter(({ index }) =>
        typeof target === "number" ? index === target : (index === leader()) === (target === "leader")
      )

  const lasting = (fault: Fault & { readonly target: Target }, start: (place: Place) => () => void) =>
    Effect.gen(function*() {
      const ends = hit(fault.target).map(start)
      yield* Effect.sleep(`${fault.seconds * 1000} millis`)
      for (const end of ends) end()
    })

  const restarted = (place: Place, signal: NodeJS.Signals) => {
    place.signal(signal)
    told.add(place.process())
    // One that is frozen does not hear SIGTERM.
    if (signal === "SIGTERM") place.signal("SIGCONT")
    down.set(place, (down.get(place) ?? 0) + 1)
    return () => {
      down.set(place, (down.get(place) ?? 1) - 1)
      if (down.get(place) === 0 && !place.process().alive) place.start()
    }
  }

  const perform = (fault: Fault): Effect.Effect<void> => {
    switch (fault.kind) {
      case "kill":
        return lasting(fault, (place) => restarted(place, "SIGKILL"))
      case "terminate":
        return lasting(fault, (place) => restarted(place, "SIGTERM"))
      case "freeze":
        return lasting(fault, (place) => {
          const process = place.process()
          process.signal("SIGSTOP")
          return () => void process.signal("SIGCONT")
        })
      case "clock":
        return lasting(fault, (place) => {
          place.stepClock(fault.step)
          return () => place.stepClock(0)
        })
      case "cut":
        return lasting(fault, (place) => {
          place.proxy.cut()
          return () => undefined
        })
      case "late answers":
      case "late writes":
      case "lost answers":
      case "refusals":
      case "silence":
        return lasting(fault, (place) => begin(place, weatherOf(fault, roll) ?? {}))
      case "api-server killed":
        return away("kube-apiserver", fault.seconds)
      case "api-server terminated":
        return away("kube-apiserver", fault.seconds, "TERM")
      case "compaction":
        return Effect.ignore(Effect.tryPromise(compact))
      case "node away":
        return nodes[fault.node].away(fault.seconds, fault.evicts)
      case "node dead":
        return nodes[fault.node].dies(fault.seconds, fault.forgotten)
    }
  }

  const strike = Effect.fnUntraced(function*(fault: Fault) {
    const node = "node" in fault ? { node: nodes[fault.node].name } : {}
    const part = node.node ?? (fault.kind.startsWith("api-server") ? "kube-apiserver" : undefined)
    if (part !== undefined) {
      if (busy.has(part)) return
      busy.add(part)
    }
    const window: Window = { kind: fault.kind, from: Date.now(), to: Infinity, ...node }
    windows.push(window)
    yield* perform(fault)
    window.to = Date.now()
    if (part !== undefined) busy.delete(part)
  })

  /** A process that has ended by itself comes back, as its Deployment would have it. */
  const revive = () => {
    for (const place of places) {
      const { alive, process } = place.process()
      if (alive || (down.get(place) ?? 0) > 0) continue
      const last = place.process().log.trim().split("\n").at(-1) ?? ""
      const isTold = told.has(place.process()) && process.exitCode === 130
      if (process.exitCode !== 0 && process.signalCode === null && !isTold) {
        exits.push(`replica ${place.life()} ended with ${process.exitCode}: ${last.slice(0, 300)}`)
      }
      place.start()
    }
  }
  return { strike, revive, windows, exits }
}
