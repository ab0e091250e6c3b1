/**
 * `node bench/resident.ts [--active 10000] [--finished 0] [--rounds 3] [--peer 1]`: resident memory of the product after a start on so many runs that
 * work and so many that have ended, and what the start takes until the first write, in time and CPU, against listing and parsing the same objects
 * and, unless `--peer 0`, against the peer in Go; on a stand-in for the API server, which makes the objects up while it sends them. What that takes
 * is printed: where it is as much as the time, it is what an arm has waited for.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, References } from "effect"
import { makeArms, type Process } from "./parts/Arm.ts"
import { flags } from "./parts/Flags.ts"
import { listing } from "./parts/Listing.ts"
import { formatRatio, measured, pairsOf, ratioOf } from "./parts/Ratio.ts"
import { behind, type StandIn, standIn } from "./parts/StandIn.ts"
import { stored } from "./parts/Stored.ts"
import { cpuMillis, residentMegabytes } from "./parts/Usage.ts"

const { active, finished, peer, rounds } = flags({ active: 10_000, finished: 0, rounds: 3, peer: 1 })

const now = () => performance.timeOrigin + performance.now()

interface Round {
  readonly millis: number
  readonly cpu: number
  readonly resident: number
}

type Arm = "controller" | "peer" | "list"

/** Milliseconds of CPU of the stand-in, which is in this process. */
const standInCpu = (since?: NodeJS.CpuUsage): string => {
  const { system, user } = process.cpuUsage(since)
  return ((user + system) / 1000).toFixed(0)
}

const round = Effect.fnUntraced(function*(
  { firstWrite, site }: StandIn,
  how: Arm,
  launch: (how: "controller" | "peer") => Effect.Effect<Process, never, never>
) {
  const before = process.cpuUsage()
  if (how === "list") {
    const { cpu, millis } = yield* listing(site)
    yield* Console.log(
      `  list: ${millis.toFixed(0)} ms, ${cpu.toFixed(0)} ms of CPU; the stand-in ${standInCpu(before)} ms`
    )
    return { millis, cpu, resident: 0 } satisfies Round
  }
  const begin = now()
  const first = firstWrite()
  const arm = yield* launch(how)
  const millis = (yield* Effect.promise(() => first)) - begin
  const cpu = cpuMillis(arm.pid)
  const theirs = standInCpu(before)
  // After ten seconds the product gives back what the start has left.
  yield* Effect.sleep("15 seconds")
  const { now: resident, peak } = residentMegabytes(arm.pid)
  yield* Effect.promise(() => arm.stop())
  yield* Console.log(
    `  ${how}: ${resident.toFixed(0)} MB resident (peak ${peak.toFixed(0)}); first write after ${
      millis.toFixed(0)
    } ms, ${cpu.toFixed(0)} ms of CPU; the stand-in ${theirs} ms`
  )
  return { millis, cpu, resident } satisfies Round
})

const program = Effect.gen(function*() {
  const arms = yield* makeArms()
  const place = yield* standIn(yield* stored, { active, finished, waiting: 1 })
  const launch = (how: "controller" | "peer") => arms.begin(how, place.site)
  yield* Console.log(`${active} active runs and ${finished} that have ended`)
  const compared: ReadonlyArray<Arm> = peer === 0 ? ["list", "controller"] : ["list", "peer", "controller"]
  const found = yield* measured(compared, rounds, (how) => round(place, how, launch))
  const compare = (what: string, theirs: Arm, than: string, of: (round: Round) => number, limit: number) =>
    Console.log(formatRatio(
      what,
      than,
      ratioOf(pairsOf<Arm, Round>(found, "controller", theirs).map(([ours, other]) => [of(ours), of(other)])),
      { limit }
    ))
  if (peer !== 0) {
    yield* compare("resident", "peer", "the peer in Go", ({ resident }) => resident, active > 1000 ? 1.5 : 2)
  }
  yield* compare("start to the first write", "list", "raw list and parse", ({ millis }) => millis, 1.4)
  yield* compare("CPU from start to the first write", "list", "raw list and parse", ({ cpu }) => cpu, 1.4)
  if (peer !== 0) yield* compare("CPU from start to the first write", "peer", "the peer in Go", ({ cpu }) => cpu, 1)
})

NodeRuntime.runMain(
  Effect.scoped(program).pipe(Effect.provide(behind), Effect.provideService(References.MinimumLogLevel, "Error"))
)
