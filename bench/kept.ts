/**
 * `node bench/kept.ts [--runs 20000]`: bytes that the controller's stores keep of a run that has ended, of one that waits, and of one that
 * works with its Job, pod, files and workspace, each after a collection: the heap's growth and that of buffers outside of it, by store.
 */
import { NodeRuntime } from "@effect/platform-node"
import { claimFacts } from "@orchestrator/controller/facts/Claim"
import { filesFacts } from "@orchestrator/controller/facts/Files"
import { jobFacts } from "@orchestrator/controller/facts/Job"
import { podFacts } from "@orchestrator/controller/facts/Pod"
import { runFacts } from "@orchestrator/controller/facts/Run"
import { Stores } from "@orchestrator/controller/facts/Stores"
import { Console, Effect, References } from "effect"
import { collect } from "./parts/Collect.ts"
import { flags } from "./parts/Flags.ts"
import { worldOf } from "./parts/MadeUp.ts"
import { type Plural, stored } from "./parts/Stored.ts"

const { runs } = flags({ runs: 20_000 })

const collected = Effect.gen(function*() {
  // Buffers are let go of a turn after what held them.
  for (let each = 0; each < 4; each++) {
    collect()
    yield* Effect.sleep("20 millis")
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
})

type World = ReturnType<typeof worldOf>

/** As a reflector reads them. */
const filled = Effect.fnUntraced(function*(world: World) {
  const { files, jobs, pods, runs, workspaces } = yield* Stores
  const put: Readonly<Record<Plural, (text: string) => void>> = {
    coderuns: (text) => runs.CodeRun.put(runFacts("CodeRun", JSON.parse(text))),
    jobs: (text) => jobs.put(jobFacts(JSON.parse(text))),
    pods: (text) => pods.put(podFacts(JSON.parse(text))),
    configmaps: (text) => files.put(filesFacts(JSON.parse(text))),
    persistentvolumeclaims: (text) => workspaces.put(claimFacts(JSON.parse(text)))
  }
  const rows: Array<readonly [string, number]> = []
  for (const plural of Object.keys(put) as ReadonlyArray<Plural>) {
    const count = world.count(plural)
    if (count === 0) continue
    const before = yield* collected
    for (let index = 0; index < count; index++) put[plural](world.item(plural, index))
    rows.push([plural, ((yield* collected) - before) / count])
  }
  return { rows, held: [files, jobs, pods, runs, workspaces] }
})

const measure = Effect.fnUntraced(function*(what: string, world: World) {
  const { held, rows } = yield* filled(world).pipe(Effect.provide(Stores.layer))
  const all = rows.reduce((sum, [, bytes]) => sum + bytes, 0)
  const parts = rows.map(([plural, bytes]) => `${plural} ${bytes.toFixed(0)}`).join(", ")
  yield* Console.log(`a run that ${what}: ${all.toFixed(0)} bytes (${parts})`)
  return held
})

const program = Effect.gen(function*() {
  const objects = yield* stored
  const none = { active: 0, finished: 0, waiting: 0 }
  // The first of each kind takes what all share.
  yield* filled(worldOf(objects, { active: 100, finished: 100, waiting: 100 })).pipe(Effect.provide(Stores.layer))
  yield* measure("has ended", worldOf(objects, { ...none, finished: runs }))
  yield* measure("waits", worldOf(objects, { ...none, waiting: runs }))
  yield* measure("works", worldOf(objects, { ...none, active: runs }))
})

NodeRuntime.runMain(program.pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
