/**
 * `node bench/burst.ts [--rounds 5] [--runs 1000]`: so many CodeRuns at once, on an API server and etcd alone: Jobs created per second,
 * against a loop that is told of every run as it is accepted and sends exactly the same writes. Each arm has an API server of its own
 * each time: one that holds the runs of the arms before it is slower.
 */
import { NodeRuntime } from "@effect/platform-node"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, References, Schedule } from "effect"
import { type Arms, type How, makeArms } from "./parts/Arm.ts"
import { type Asked, askedSince, auditEnd } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { type Plane, plane } from "./parts/Plane.ts"
import { formatRatio, measured, pairsOf, ratioOf } from "./parts/Ratio.ts"
import { codeRun } from "./parts/Recorded.ts"
import { makeSite, makeWorkspaces, serviceOf } from "./parts/Site.ts"
import { cpuFromHere } from "./parts/Usage.ts"

const { rounds, runs, warm } = flags({ rounds: 5, runs: 1000, warm: 50 })

const isJob = ({ code, resource, verb }: Asked) => resource === "jobs" && verb === "create" && code === 201
const isRunning = ({ code, resource }: Asked) => resource === "coderuns/status" && code === 200

const rateOf = Effect.fnUntraced(function*(plane: Plane, arms: Arms, how: How) {
  const client = yield* KubernetesClient
  const site = yield* makeSite(plane, how)
  const { namespace } = site
  yield* makeWorkspaces(site, warm + runs, { volumes: false })
  const arm = yield* arms.start(how, site)

  const submit = Effect.fnUntraced(function*(index: number) {
    const [name, service] = [`run-${index}`, serviceOf(index)]
    const { metadata: { resourceVersion: version, uid } } = yield* client.create(
      CodeRunKind,
      codeRun(namespace, name, service)
    )
    if (how === "bare") arm.tell(JSON.stringify({ name, service, uid, version }))
  })
  /** Submits them as fast as they are taken, and waits until every one is Running. */
  const burst = Effect.fnUntraced(function*(first: number, count: number) {
    const log = auditEnd(plane)
    const indexes = Array.from({ length: count }, (_, index) => first + index)
    yield* Effect.forEach(indexes, submit, { concurrency: 16, discard: true })
    return yield* Effect.sync(() => askedSince(plane, log, namespace)).pipe(
      Effect.filterOrFail((asked) => asked.filter(isRunning).length >= count, () => "going on" as const),
      Effect.retry({ schedule: Schedule.spaced("500 millis"), times: 600 })
    )
  })

  yield* burst(0, warm)
  const spent = cpuFromHere(arm.pid, runs)
  const asked = yield* burst(warm, runs)
  const begin = asked.find(({ resource, verb }) => resource === "coderuns" && verb === "create")?.received ?? 0
  const end = asked.findLast(isJob)?.answered ?? 0
  const rate = runs * 1000 / (end - begin)
  yield* Console.log(`  ${how}: ${rate.toFixed(1)} Jobs/s, ${spent().words}`)
  return rate
})

const round = (arms: Arms, how: How) =>
  plane({ apiOnly: true }).pipe(
    Effect.flatMap((plane) =>
      rateOf(plane, arms, how).pipe(Effect.provide(liveClient({ kubeconfig: plane.kubeconfig })))
    ),
    Effect.scoped
  )

const program = Effect.gen(function*() {
  const arms = yield* makeArms()
  const found = yield* measured(["bare", "peer", "controller"] as const, rounds, (how) => round(arms, how))
  const tell = (than: string, theirs: How, limit: number) =>
    Console.log(
      formatRatio(`Jobs/s, burst of ${runs}`, than, ratioOf(pairsOf<How, number>(found, "controller", theirs)), {
        limit,
        atLeast: true
      })
    )
  yield* tell("the bare loop", "bare", 0.9)
  yield* tell("the peer in Go", "peer", 1)
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
