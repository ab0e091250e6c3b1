/** The replicas: each has a place with a user, a way to the API server that can be disturbed, and a wall clock; processes come and go in it. */
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeProxy, type ProxiedRequest, type Proxy, type Verdict } from "../cluster/Proxy.ts"
import { Replica } from "../cluster/Replica.ts"
import type { Site } from "../cluster/World.ts"
import { auditId, type Life } from "./AuditId.ts"

/** What is the matter with the way to the API server, for as long as it lasts. */
export interface Weather {
  readonly verdict?: (request: ProxiedRequest) => Promise<Verdict>
  readonly lateness?: (request: ProxiedRequest) => number
  readonly silent?: true
}

export interface Place {
  readonly index: number
  readonly proxy: Proxy
  /** Every kind of trouble at once: the first verdict that is one counts, and the longest delay. */
  readonly weather: Set<Weather>
  readonly process: () => Replica
  /** Of the process that there is. */
  readonly life: () => Life
  readonly start: () => void
  readonly signal: (signal: NodeJS.Signals) => void
  readonly stepClock: (seconds: number) => void
  /** What the processes that there were have printed. */
  readonly log: () => string
}

const preload = join(import.meta.dirname, "ClockStep.ts")

const disturb = (proxy: Proxy, weather: ReadonlySet<Weather>) => {
  proxy.onRequest = async (request) => {
    for (const { verdict } of weather) {
      const found = await verdict?.(request) ?? "pass"
      if (found !== "pass") return found
    }
    return "pass"
  }
  proxy.lateness = (request) => Math.max(0, ...[...weather].map(({ lateness }) => lateness?.(request) ?? 0))
}

/** Trouble that begins; answers with its end. */
export const begin = ({ proxy, weather }: Pick<Place, "proxy" | "weather">, trouble: Weather): () => void => {
  const silence = () => void (proxy.blackHole = [...weather].some(({ silent }) => silent === true))
  weather.add(trouble)
  silence()
  return () => {
    weather.delete(trouble)
    silence()
  }
}

export const disturbed = async (...args: Parameters<typeof makeProxy>) => {
  const [proxy, weather] = [await makeProxy(...args), new Set<Weather>()]
  disturb(proxy, weather)
  return { proxy, weather }
}

/** Starts a process in a place; whatever runs there is killed with the scope. */
export const makePlace = Effect.fnUntraced(function*(
  { config, namespace, users }: Site,
  index: number,
  env: Readonly<Record<string, string>> = {}
) {
  const user = users[index]
  if (user === undefined) return yield* Effect.die(new Error(`expected a user for replica ${index}`))
  let [life, requests] = [-1, 0]
  const processes: Array<Replica> = []
  const clock = `${user.kubeconfig}-clock`
  /** Whose a connection is: what a process sent before it died may be read when the next one has been started. */
  const lives = new WeakMap<object, Life>()
  const lifeOn = (connection: object): Life => {
    const known = lives.get(connection) ?? `${index}.${life}`
    lives.set(connection, known)
    return known
  }
  const { proxy, weather } = yield* Effect.acquireRelease(
    Effect.promise(() =>
      disturbed(user, (connection) => auditId({ life: lifeOn(connection), sentAt: Date.now() }, requests++))
    ),
    (made) => Effect.sync(() => made.proxy.close())
  )
  const current = (): Replica => {
    const found = processes.at(-1)
    if (found === undefined) throw new Error(`expected replica ${index} to have been started`)
    return found
  }
  const start = () => {
    life++
    const replica = { kubeconfig: proxy.kubeconfig, namespace, config, env }
    processes.push(new Replica({ ...replica, preload: { module: preload, env: { WALL_CLOCK: clock } } }))
  }
  writeFileSync(clock, "0")
  yield* Effect.acquireRelease(
    Effect.sync(start),
    () => Effect.promise(() => Promise.all(processes.map((process) => process.stop("SIGKILL"))))
  )
  return {
    index,
    proxy,
    weather,
    start,
    process: current,
    life: () => `${index}.${life}`,
    signal: (signal) => {
      if (current().alive) current().signal(signal)
    },
    stepClock: (seconds) => {
      writeFileSync(clock, String(seconds))
      // Before it prints it may not listen yet, and reads the file at its start.
      if (current().alive && current().log !== "") current().signal("SIGUSR2")
    },
    log: () => processes.map(({ log }, life) => `== replica ${index}.${life}\n${log}`).join("\n")
  } satisfies Place
})
