/**
 * `node bench/flood.ts [--connections 4000] [--seconds 30]`: the product that leads, and so many clients of its HTTP API on loopback, each
 * with a new token that nobody knows, as fast as they are answered: when the Lease is renewed meanwhile, and how many reviews the API
 * server is asked for. Ends by itself; sends nowhere else.
 */
import { NodeRuntime } from "@effect/platform-node"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, References } from "effect"
import { randomBytes } from "node:crypto"
import { Agent, request } from "node:http"
import { makeArms } from "./parts/Arm.ts"
import { askedSince, auditEnd } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { plane } from "./parts/Plane.ts"
import { percentile } from "./parts/Ratio.ts"
import { makeSite } from "./parts/Site.ts"

const { connections, seconds } = flags({ connections: 4000, seconds: 30 })

/** Of the default configuration: what the leader may take for a renewal. */
const renewDeadline = 10_000

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
/** In the form of a cluster's, and good by its own words. */
const token = () =>
  `${part({ alg: "RS256" })}.${part({ exp: Date.now() / 1000 + 600, jti: randomBytes(8).toString("hex") })}.${
    randomBytes(32).toString("base64url")
  }`

const flood = async (port: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const answers = new Map<string, number>()
  const end = performance.now() + seconds * 1000
  const note = (what: string) => void answers.set(what, (answers.get(what) ?? 0) + 1)
  const ask = () =>
    new Promise<void>((resolve) => {
      const headers = { authorization: `Bearer ${token()}` }
      const asking = request(
        { host: "127.0.0.1", port, path: "/api/v1/code-runs", agent, headers, timeout: 5000 },
        (answer) => {
          note(String(answer.statusCode))
          answer.on("end", resolve).on("error", () => resolve()).resume()
        }
      )
      asking.on("timeout", () => asking.destroy()).on("error", () => {
        note("no answer")
        resolve()
      }).end()
    })
  const client = async () => {
    while (performance.now() < end) {
      await ask()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  agent.destroy()
  return answers
}

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: true })
  yield* Effect.gen(function*() {
    const arms = yield* makeArms()
    const site = yield* makeSite(server, "flood")
    const arm = yield* arms.start("controller", site)
    const port = Number(/"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(arm.log)?.[1])
    yield* Effect.sleep("5 seconds")
    const log = auditEnd(server)
    const begin = Date.now()
    const answers = yield* Effect.promise(() => flood(port))
    const asked = askedSince(server, log, site.namespace).filter(({ received }) => received >= begin)
    const renewals = asked.filter(({ code, resource, verb }) =>
      resource === "leases" && verb === "update" && code === 200
    )
    const gaps = renewals.slice(1).map(({ answered }, index) => answered - (renewals[index]?.answered ?? 0))
    const worst = percentile(gaps, 1)
    const lost = (arm.log.match(/no longer leading/g) ?? []).length
    yield* Console.log(`answers: ${[...answers].map(([what, count]) => `${count} × ${what}`).join(", ")}`)
    yield* Console.log(
      `${connections} connections for ${seconds} s: ${renewals.length} renewals, ${
        percentile(gaps, 0.5).toFixed(0)
      } ms apart (at most ${worst.toFixed(0)}), leadership lost ${lost} times, target ≤ ${renewDeadline}: ${
        lost === 0 && worst <= renewDeadline ? "reached" : "missed"
      }`
    )
  }).pipe(Effect.provide(liveClient({ kubeconfig: server.kubeconfig })))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
