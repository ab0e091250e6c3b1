/**
 * `node bench/scale.ts [--runs 10000] [--rounds 5]`: the product with 1,000 and with so many active runs, each with its workspace, Job, files
 * and a running pod, on an API server and etcd alone: resident memory, and the time from the start of the process to its first write,
 * against listing and parsing the same objects.
 */
import { NodeRuntime } from "@effect/platform-node"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, References, Schedule } from "effect"
import { type Arms, makeArms, type Process } from "./parts/Arm.ts"
import { askedSince, auditEnd } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { listing } from "./parts/Listing.ts"
import { type Plane, plane } from "./parts/Plane.ts"
import { startPods, startRuns } from "./parts/Population.ts"
import { compared, formatRatio, ratioOf } from "./parts/Ratio.ts"
import { codeRun } from "./parts/Recorded.ts"
import { makeSite, makeWorkspaces, serviceOf, type Site } from "./parts/Site.ts"
import { residentMegabytes } from "./parts/Usage.ts"

const { rounds, runs } = flags({ rounds: 5, runs: 10_000 })
const few = Math.min(1000, runs)

/** Long enough for the last events to be worked off. */
const settle = Effect.sleep("5 seconds")

const tellMemory = (when: string, { pid }: Process, target: number) => {
  const { now, peak } = residentMegabytes(pid)
  const verdict = now <= target ? "reached" : "missed"
  return Console.log(`${when}: ${now.toFixed(0)} MB resident (peak ${peak.toFixed(0)}), target ≤ ${target}: ${verdict}`)
}

const populate = Effect.fnUntraced(function*(arms: Arms, site: Site) {
  yield* makeWorkspaces(site, runs + rounds, { volumes: false, forgotten: true })
  const arm = yield* arms.start("controller", site)
  yield* tellMemory("no runs", arm, 110)
  yield* startRuns(site, 0, few)
  yield* startPods(site)
  yield* settle
  yield* tellMemory(`${few} active runs, one by one`, arm, 110)
  yield* startRuns(site, few, runs)
  yield* startPods(site)
  yield* settle
  yield* tellMemory(`${runs} active runs, one by one`, arm, 150)
}, Effect.scoped)

const now = () => performance.timeOrigin + performance.now()

/** From the start of the process until a run that was waiting for it has its Job. */
const starting = Effect.fnUntraced(function*(plane: Plane, arms: Arms, site: Site, index: number) {
  const client = yield* KubernetesClient
  const { namespace } = site
  const log = auditEnd(plane)
  yield* client.create(CodeRunKind, codeRun(namespace, `run-${index}`, serviceOf(index)))
  const begin = now()
  const arm = yield* arms.launch(site)
  const first = yield* Effect.sync(() =>
    askedSince(plane, log, namespace).find(({ code, resource, verb }) =>
      verb === "create" && resource === "jobs" && code === 201
    )
  ).pipe(
    Effect.filterOrFail((asked) => asked !== undefined, () => "none yet" as const),
    Effect.retry({ schedule: Schedule.spaced("250 millis"), times: 480 })
  )
  yield* settle
  yield* tellMemory(`  ${runs} active runs, after a start`, arm, 150)
  return (first?.answered ?? 0) - begin
}, Effect.scoped)

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: true })
  yield* Effect.gen(function*() {
    const arms = yield* makeArms()
    const site = yield* makeSite(server, "scale")
    yield* populate(arms, site)
    let next = runs
    const pairs = yield* compared(
      ["list", "controller"] as const,
      rounds,
      (how) =>
        (how === "list"
          ? Effect.map(listing(site), ({ millis }) => millis)
          : Effect.suspend(() => starting(server, arms, site, next++))).pipe(
            Effect.tap((millis) => Console.log(`  ${how}: ${millis.toFixed(0)} ms`))
          )
    )
    yield* Console.log(formatRatio(
      `start with ${runs} runs to the first write`,
      "raw list and parse",
      ratioOf(pairs),
      { limit: 1.5 }
    ))
  }).pipe(Effect.provide(liveClient({ kubeconfig: server.kubeconfig })))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
