/**
 * `node bench/idle.ts [--minutes 6] [--runs 20]`: what the product asks of the API server while nothing happens, some runs being active:
 * renewals of its Lease, and watches that the server has ended. Longer than the five minutes that a watch lasts.
 */
import { NodeRuntime } from "@effect/platform-node"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Duration, Effect, References } from "effect"
import { makeArms } from "./parts/Arm.ts"
import { askedSince, auditEnd } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { plane } from "./parts/Plane.ts"
import { startPods, startRuns } from "./parts/Population.ts"
import { makeSite, makeWorkspaces } from "./parts/Site.ts"
import { cpuMillis, residentMegabytes } from "./parts/Usage.ts"

const { minutes, runs } = flags({ minutes: 6, runs: 20 })

/** Requests a minute for each watch. */
const limit = 0.5

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: true })
  yield* Effect.gen(function*() {
    const arms = yield* makeArms()
    const site = yield* makeSite(server, "idle")
    yield* makeWorkspaces(site, runs, { volumes: false, forgotten: true })
    const begin = auditEnd(server)
    const { pid } = yield* arms.start("controller", site)
    yield* startRuns(site, 0, runs)
    yield* startPods(site)
    yield* Effect.sleep("5 seconds")
    const own = (from: number) => {
      const [user] = site.users
      return askedSince(server, from, site.namespace).filter((asked) => asked.user === user?.name)
    }
    const watches = own(begin).filter(({ verb }) => verb === "watch").length
    const [log, cpu] = [auditEnd(server), cpuMillis(pid)]
    yield* Effect.sleep(Duration.minutes(minutes))
    const asked = own(log)
    const used = (cpuMillis(pid) - cpu) / minutes
    const kinds = [...Map.groupBy(asked, ({ resource, verb }) => `${verb} ${resource}`)]
    for (const [name, { length }] of kinds) yield* Console.log(`  ${(length / minutes).toFixed(2)} a minute: ${name}`)
    const rest = asked.filter(({ resource, verb }) => resource !== "leases" || verb !== "update").length
    const rate = rest / minutes / watches
    yield* Console.log(
      `idle for ${minutes} minutes: ${
        rate.toFixed(2)
      } requests a minute for each of ${watches} watches beside the Lease's renewals, ` +
        `target ≤ ${limit}: ${rate <= limit ? "reached" : "missed"}; ${used.toFixed(0)} ms of CPU a minute, ` +
        `${residentMegabytes(pid).now.toFixed(0)} MB resident`
    )
  }).pipe(Effect.provide(liveClient({ kubeconfig: server.kubeconfig })))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
