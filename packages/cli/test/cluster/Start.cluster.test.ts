/** What `serve` says and does at its start when something is missing that a person must mend. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { connect, createServer, type Server } from "node:net"
import { controlPlane, kubeconfigOf, makeUser } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { admin, makeSite, ready, type Site, startReplica } from "./World.ts"

/** Without a right of any kind. */
const stranger = () => makeUser("stranger").kubeconfig

const expired = () => {
  const { certificate: _, kubeconfig, authority } = makeUser("expired")
  const cluster = { server: controlPlane().server, "certificate-authority": authority }
  writeFileSync(kubeconfig, kubeconfigOf(cluster, { token: "a-fake-token-that-has-expired" }))
  return kubeconfig
}

/** The API server at another port, whose connections break until it is opened. */
const gated = Effect.acquireRelease(
  Effect.callback<{ readonly server: Server; readonly port: number; open: boolean }>((resume) => {
    const { hostname, port: target } = new URL(controlPlane().server)
    const gate = { open: false }
    const server = createServer((socket) => {
      if (!gate.open) return void socket.destroy()
      const other = connect(Number(target), hostname)
      for (const end of [socket, other]) end.on("error", () => void (socket.destroy(), other.destroy()))
      socket.pipe(other)
      other.pipe(socket)
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      if (typeof address === "object" && address !== null) {
        resume(Effect.succeed(Object.assign(gate, { server, port: address.port })))
      }
    })
  }),
  ({ server }) => Effect.sync(() => server.close())
)

interface Case {
  readonly name: string
  readonly kubeconfig?: () => string
  readonly site?: Partial<Site>
  readonly says: ReadonlyArray<string>
}

const cases: ReadonlyArray<Case> = [
  {
    name: "rights",
    kubeconfig: stranger,
    says: ["create, patch jobs.batch", "kubectl auth can-i", "namespace rights-"]
  },
  { name: "credentials", kubeconfig: expired, says: ["rejected our credentials"] },
  {
    name: "namespace",
    kubeconfig: () => controlPlane().kubeconfig,
    site: { namespace: "not-there" },
    says: ["namespace not-there does not exist", "kubectl create namespace not-there"]
  }
]

layer(admin, { excludeTestServices: true, timeout: "4 minutes" })("the start of serve", (it) => {
  it.effect("tells what a person must mend, is alive and not ready meanwhile, and ends", () =>
    Effect.forEach(cases, ({ kubeconfig, name, says, site: changes }) =>
      Effect.scoped(Effect.gen(function*() {
        const site = yield* makeSite(name)
        const replica = yield* startReplica({ ...site, ...changes }, kubeconfig?.() ?? site.users[0]?.kubeconfig)
        yield* Effect.promise(() => replica.logged(/exiting in 30s/))
        const url = yield* Effect.promise(() => replica.url())
        assert.strictEqual(yield* Effect.promise(async () => (await fetch(`${url}/health`)).status), 200)
        const answer = yield* Effect.promise(async () => await (await fetch(`${url}/ready`)).text())
        for (const words of says) assert.include(answer, words)
        assert.strictEqual(yield* Effect.promise(() => replica.exit), 1)
        for (const words of says) assert.include(replica.log.split("is not ready for orchestrator")[1], words)
      })), { concurrency: "unbounded", discard: true }))

  it.effect("begins by itself once the server is there", () =>
    Effect.scoped(Effect.gen(function*() {
      const site = yield* makeSite("late")
      const [user] = site.users
      if (user === undefined) return yield* Effect.die("no user")
      const gate = yield* gated
      const { authority, certificate, key } = user
      const cluster = { server: `https://127.0.0.1:${gate.port}`, "certificate-authority": authority }
      const credentials = { "client-certificate": certificate, "client-key": key }
      writeFileSync(user.kubeconfig, kubeconfigOf(cluster, credentials))
      const replica = yield* startReplica(site)
      yield* Effect.promise(() => replica.logged(/is not responding/))
      assert.strictEqual(yield* ready(replica), 503)
      gate.open = true
      yield* eventually("it to be ready", ready(replica), (status) => status === 200)
      assert.lengthOf(replica.log.match(/is not responding/g) ?? [], 1)
    })))
})
