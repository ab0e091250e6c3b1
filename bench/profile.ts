/**
 * `node bench/profile.ts [--runs 200] [--rate 8] [--warm 50]`: where the CPU of whole lives goes (bench/life.ts), by owner, of the
 * controller from its sources beside the watching loop: microseconds a run, of an owner's own code and with what is done on its behalf.
 */
import { NodeRuntime } from "@effect/platform-node"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, Layer, References } from "effect"
import { type Arms, type How, makeArms } from "./parts/Arm.ts"
import { flags } from "./parts/Flags.ts"
import { over, submit } from "./parts/Load.ts"
import { nodeLayer, nodeReady } from "./parts/Node.ts"
import { type Plane, plane } from "./parts/Plane.ts"
import { type Share, sharesOf } from "./parts/Profile.ts"
import { makeSite, makeWorkspaces } from "./parts/Site.ts"

const { rate, runs, warm } = flags({ runs: 200, rate: 8, warm: 50 })

const profile = Effect.fnUntraced(function*(plane: Plane, arms: Arms, how: How) {
  const site = yield* makeSite(plane, how)
  yield* makeWorkspaces(site, warm + runs, { volumes: true })
  const arm = yield* arms.start(how, site)
  yield* submit(site, { first: 0, count: warm, rate })
  yield* over(site)
  yield* Effect.promise(() => arm.profile())
  yield* submit(site, { first: warm, count: runs, rate })
  yield* over(site)
  return sharesOf(yield* Effect.promise(() => arm.profile()))
}, Effect.scoped)

const micros = (share: Share | undefined, of: "own" | "behalf") =>
  ((share?.[of] ?? 0) * 1000 / runs).toFixed(0).padStart(8)

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: false })
  yield* Effect.gen(function*() {
    yield* nodeReady
    const arms = yield* makeArms({ profiled: true })
    const loop = yield* profile(server, arms, "watching")
    const controller = yield* profile(server, arms, "controller")
    const idle = new Set(["(idle)", "(root)"])
    const owners = [...new Set([...controller.keys(), ...loop.keys()])].filter((owner) => !idle.has(owner))
      .toSorted((left, right) => (controller.get(right)?.behalf ?? 0) - (controller.get(left)?.behalf ?? 0))
    yield* Console.log(`microseconds of CPU a run            controller        watching loop`)
    yield* Console.log(`owner                              own  for it       own  for it`)
    for (const owner of owners) {
      const [mine, theirs] = [controller.get(owner), loop.get(owner)]
      if ((mine?.own ?? 0) + (theirs?.own ?? 0) + (mine?.behalf ?? 0) < runs * 0.02) continue
      yield* Console.log(
        `${owner.padEnd(28)} ${micros(mine, "own")}${micros(mine, "behalf")}  ${micros(theirs, "own")}${
          micros(theirs, "behalf")
        }`
      )
    }
  }).pipe(Effect.provide(Layer.provideMerge(nodeLayer("1 second"), liveClient({ kubeconfig: server.kubeconfig }))))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
