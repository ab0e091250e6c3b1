/**
 * `node bench/failover.ts [--terms 5] [--kills 2]`: two replicas, and a run that is submitted in the moment in which the leader is ended: how
 * long until the other has the Lease, and until the run has its Job. Each one that was ended is replaced before the next round.
 */
import { NodeRuntime } from "@effect/platform-node"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, References, Schedule } from "effect"
import { makeArms, type Process } from "./parts/Arm.ts"
import { type Asked, askedSince, auditEnd } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { type Plane, plane } from "./parts/Plane.ts"
import { percentile } from "./parts/Ratio.ts"
import { codeRun } from "./parts/Recorded.ts"
import { makeSite, makeWorkspaces, serviceOf, type Site } from "./parts/Site.ts"

const { kills, terms } = flags({ terms: 5, kills: 2 })

/** Of the default configuration. */
const leaseSeconds = 15

interface FailOver {
  /** Milliseconds from the signal until another has taken the Lease. */
  readonly toLease: number
  /** Milliseconds from the signal until the run that was submitted then has its Job. */
  readonly toJob: number
}

const now = () => performance.timeOrigin + performance.now()

const round = Effect.fnUntraced(
  function*(plane: Plane, site: Site, leader: Process, signal: NodeJS.Signals, index: number) {
    const client = yield* KubernetesClient
    const { namespace } = site
    const log = auditEnd(plane)
    const begin = now()
    leader.child.kill(signal)
    yield* client.create(CodeRunKind, codeRun(namespace, `run-${index}`, serviceOf(index)))
    const isJob = ({ code, resource, verb }: Asked) => resource === "jobs" && verb === "create" && code === 201
    const asked = yield* Effect.sync(() => askedSince(plane, log, namespace)).pipe(
      Effect.filterOrFail((asked) => asked.some(isJob), () => "none yet" as const),
      Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 1200 })
    )
    const job = asked.findLast(isJob)
    const lease = asked.findLast((each) =>
      each.user === job?.user && each.resource === "leases" && each.code === 200 && each.answered <= job.answered
    )
    return { toLease: (lease?.answered ?? 0) - begin, toJob: (job?.answered ?? 0) - begin } satisfies FailOver
  }
)

const tell = (what: string, found: ReadonlyArray<FailOver>, target: number) => {
  const worst = (of: (each: FailOver) => number) => percentile(found.map(of), 1)
  const middle = (of: (each: FailOver) => number) => percentile(found.map(of), 0.5)
  const [lease, job] = [(each: FailOver) => each.toLease, (each: FailOver) => each.toJob]
  return Console.log(
    `fail-over on ${what}: the Lease is taken after ${middle(lease).toFixed(0)} ms (at most ${
      worst(lease).toFixed(0)
    }), ` +
      `target ≤ ${target}: ${worst(lease) <= target ? "reached" : "missed"}; ` +
      `a waiting run has its Job after ${middle(job).toFixed(0)} ms (at most ${worst(job).toFixed(0)})`
  )
}

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: true })
  yield* Effect.gen(function*() {
    const arms = yield* makeArms()
    const site = yield* makeSite(server, "failover", terms + kills + 2)
    yield* makeWorkspaces(site, terms + kills, { volumes: false })
    const [first, ...users] = site.users
    let leader = yield* arms.start("controller", site, first)
    const found: Record<"SIGTERM" | "SIGKILL", Array<FailOver>> = { SIGTERM: [], SIGKILL: [] }
    for (let index = 0; index < terms + kills; index++) {
      const signal = index < terms ? "SIGTERM" : "SIGKILL"
      const follower = yield* arms.launch(site, users[index])
      yield* Effect.promise(() => follower.printed(/caches are synced/))
      // The leader has renewed its Lease since, and the follower has seen it.
      yield* Effect.sleep("3 seconds")
      const each = yield* round(server, site, leader, signal, index)
      yield* Console.log(`  ${signal}: Lease ${each.toLease.toFixed(0)} ms, Job ${each.toJob.toFixed(0)} ms`)
      found[signal].push(each)
      leader = follower
    }
    yield* tell("SIGTERM", found.SIGTERM, 300)
    yield* tell("SIGKILL", found.SIGKILL, leaseSeconds * 1000 + 500)
  }).pipe(Effect.provide(liveClient({ kubeconfig: server.kubeconfig })))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
