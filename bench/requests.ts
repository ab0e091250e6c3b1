/**
 * `node bench/requests.ts [--runs 200] [--rate 10]`: requests by verb and connections, each of which is one TLS handshake, for whole lives
 * of CodeRuns on a real control plane. Counted, not timed: connections pass through this process.
 */
import { NodeRuntime } from "@effect/platform-node"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, Layer, References } from "effect"
import { connect, createServer } from "node:net"
import { makeArms } from "./parts/Arm.ts"
import { askedSince, auditEnd, formatRequests } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { over, submit } from "./parts/Load.ts"
import { nodeLayer, nodeReady } from "./parts/Node.ts"
import { type Plane, plane } from "./parts/Plane.ts"
import { makeSite, makeWorkspaces } from "./parts/Site.ts"
import { through } from "./parts/User.ts"

const { rate, runs } = flags({ runs: 200, rate: 10 })

/** Connections for requests that are not watches, by default. */
const pool = 16

/** Passes bytes on and counts connections. */
const counting = (target: Plane) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { hostname, port } = new URL(target.server)
      const found = { connections: 0, server: "" }
      const proxy = createServer((socket) => {
        found.connections++
        const upstream = connect(Number(port), hostname)
        socket.on("error", () => upstream.destroy()).pipe(upstream).on("error", () => socket.destroy()).pipe(socket)
      })
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
      const address = proxy.address()
      found.server = `https://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
      return { found, proxy }
    }),
    ({ proxy }) => Effect.sync(() => proxy.close())
  )

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: false })
  yield* Effect.gen(function*() {
    yield* nodeReady
    const arms = yield* makeArms()
    const site = yield* makeSite(server, "requests")
    yield* makeWorkspaces(site, runs, { volumes: true })
    const { found } = yield* counting(server)
    const [user] = site.users
    if (user === undefined) return
    const begin = auditEnd(server)
    yield* arms.start("controller", site, through(user, server, found.server))
    const log = auditEnd(server)
    yield* submit(site, { first: 0, count: runs, rate })
    yield* over(site)
    const own = (from: number) => askedSince(server, from, site.namespace).filter((asked) => asked.user === user.name)
    const watches = own(begin).filter(({ verb }) => verb === "watch").length
    yield* Console.log(`${formatRequests(own(log), user.name, runs)}, targets 6.00 and ≤ 0.020`)
    const handshakes = found.connections - watches
    yield* Console.log(
      `${found.connections} TLS handshakes for ${runs} runs, of which ${watches} for watches; others ${handshakes}, ` +
        `target ≤ ${pool}: ${handshakes <= pool ? "reached" : "missed"}`
    )
  }).pipe(Effect.provide(Layer.provideMerge(nodeLayer("1 second"), liveClient({ kubeconfig: server.kubeconfig }))))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
