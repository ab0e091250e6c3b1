/**
 * `node bench/flat.ts [--lives 1500] [--looks 5] [--warm 1500] [--readers 0] [--rest 61] [--snapshots 0]`: whether what is alive in the controller grows
 * with the lives that it has seen. Runs are made by HTTP, by webhook and as kubectl does in namespaces and services old and new; they deliver, fail, are
 * retried, cancelled and deleted, on the embedded cluster behind its HTTP face, and at each look leadership goes and comes. Then nothing of them is left,
 * and what nothing holds is collected. Prints what is alive by kind, and how much of it a life leaves: it ends with 1 where that is more than 200 bytes
 * without doubt. `--readers 1`: they are also read, listed and followed, by HTTP and MCP. `--snapshots 1`: with the heap of each look as a file.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import { leaderLease } from "@orchestrator/domain/Names"
import { isTerminal } from "@orchestrator/domain/Phase"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import * as GarbageCollector from "@orchestrator/embedded/actors/GarbageCollector"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { layerWith as wireServer, WireServer } from "@orchestrator/embedded/wire/WireServer"
import {
  CodeRunKind,
  JobKind,
  type Kind,
  LeaseKind,
  NamespaceKind,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Console, Effect, Layer, References, Schedule } from "effect"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeArms } from "./parts/Arm.ts"
import { flags } from "./parts/Flags.ts"
import { type Look, objectBytes, residentParts, slopeOf } from "./parts/Living.ts"
import { endless, failing, nodeLayer, nodeReady } from "./parts/Node.ts"
import { codeRun } from "./parts/Recorded.ts"
import type { Site } from "./parts/Site.ts"
import { residentMegabytes } from "./parts/Usage.ts"
import { makeVisitor, type Visitor } from "./parts/Visitor.ts"

const { lives, looks, readers, rest, snapshots, warm } = flags({
  lives: 1500,
  looks: 5,
  // What is kept of the last 1,000 names and tenants is full by then, and so is what undici keeps of 256 requests of each connection.
  warm: 1500,
  readers: 0,
  // The longest that anything of a deleted run is remembered: how often it was written to in the last minute.
  rest: 61,
  snapshots: 0
})

/** The least that a life could leave: a name and a place in a map. */
const leastLeft = 200

const home = "orchestrator"
const old = [home, "flat-a", "flat-b"]
const token = "not-a-real-token-of-the-bench"
const secret = "not-a-real-secret-of-the-bench-0123456789"
const trigger = "alert"
const root = join(import.meta.dirname, "..")

const world = wireServer().pipe(
  Layer.provideMerge(Layer.mergeAll(Actors.layer, GarbageCollector.layer, nodeLayer("100 millis"))),
  Layer.provideMerge(layerMemory),
  Layer.provide(NodeFileSystem.layer)
)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-bench-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** Where notifications go. */
const receiver = Effect.acquireRelease(
  Effect.callback<ReturnType<typeof createServer>>((resume) => {
    const server = createServer((request, response) => void request.resume().on("end", () => response.end()))
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => void server.close().closeAllConnections())
).pipe(Effect.map((server) => `http://127.0.0.1:${JSON.parse(JSON.stringify(server.address())).port}/told`))

const settings = (folder: string, notified: string) => ({
  watchNamespaces: ["*"],
  auth: { tokens: "any" },
  events: { folder },
  triggers: [{
    name: trigger,
    webhook: true,
    key: "{{alert.id}}",
    run: {
      service: "alerts",
      githubUser: "ada",
      repositoryUrl: "https://github.com/acme/api.git",
      prompt: "Look into this alert: {{alert.title}}"
    }
  }],
  notifications: [{ name: "told", url: notified }]
})

const namespaceOf = (index: number, fresh: string): string => index % 4 === 3 ? fresh : old[index % 3] ?? home
const serviceOf = (index: number): string => index % 2 === 0 ? `svc-${index % 20}` : `new-${index}`

const runOf = (index: number, fresh: string, env: object = {}): CustomObject => {
  const run = codeRun(namespaceOf(index, fresh), `run-${index}`, serviceOf(index))
  return { ...run, spec: { ...run.spec, env, githubUser: index % 2 === 0 ? "ada" : `user-${index}` } }
}

const phaseIs = Effect.fnUntraced(function*(
  namespace: string,
  name: string,
  is: (phase: string) => boolean,
  attempts = 0
) {
  const client = yield* KubernetesClient
  yield* client.get(CodeRunKind, { namespace, name }).pipe(
    Effect.filterOrFail(
      ({ status }) => is(String(status?.["phase"] ?? "")) && Number(status?.["contextVersion"]) >= attempts,
      ({ status }) => `${name} is ${JSON.stringify(status)}`
    ),
    Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 600 })
  )
})

/** One life in ten ways. */
const live = Effect.fnUntraced(function*(visitor: Visitor, index: number, fresh: string) {
  const client = yield* KubernetesClient
  const way = index % 10
  if (way === 9) {
    const name = yield* visitor.deliver(`run-${index}`)
    if (name !== undefined) yield* phaseIs(home, name, isTerminal)
    return
  }
  const run = runOf(index, fresh, way === 5 || way === 6 ? failing : way === 7 || way === 8 ? endless : {})
  const { name = "", namespace = "" } = run.metadata
  yield* way % 2 === 0 ? client.create(CodeRunKind, run) : visitor.create(run)
  if (way === 7) {
    yield* phaseIs(namespace, name, (phase) => phase === "Running")
    yield* visitor.cancel(namespace, name)
  }
  if (way === 8) {
    yield* phaseIs(namespace, name, (phase) => phase === "Running")
    yield* visitor.knock(`unknown-${index}`)
    if (readers === 1) {
      yield* visitor.follow(namespace, name)
      yield* visitor.session(index % 20 === 8)
    }
    yield* client.delete(CodeRunKind, { namespace, name }, { propagationPolicy: "Background" })
    return
  }
  yield* phaseIs(namespace, name, isTerminal)
  if (way === 6) {
    yield* visitor.retry(namespace, name)
    yield* phaseIs(namespace, name, isTerminal, 2)
  }
  if (readers === 1) yield* visitor.read(namespace, name)
})

const gone = Effect.fnUntraced(function*(kind: Kind) {
  const client = yield* KubernetesClient
  yield* client.list(kind).pipe(
    Effect.filterOrFail(({ items }) => items.length === 0, ({ items }) => `${items.length} of ${kind.kind}`),
    Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 600 })
  )
})

/** As if there had been none. */
const forget = Effect.fnUntraced(function*(fresh?: string) {
  const client = yield* KubernetesClient
  for (const kind of [CodeRunKind, PersistentVolumeClaimKind]) {
    const { items } = yield* client.list(kind)
    yield* Effect.forEach(
      items,
      ({ metadata: { name = "", namespace = "" } }) =>
        Effect.ignore(client.delete(kind, { name, namespace }, { propagationPolicy: "Background" })),
      { discard: true }
    )
  }
  yield* Effect.forEach([CodeRunKind, JobKind, PodKind, PersistentVolumeClaimKind], gone, { discard: true })
  if (fresh !== undefined) yield* client.delete(NamespaceKind, { name: fresh })
})

/** Somebody else has the Lease for a second. */
const otherLeader = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const lease = yield* client.get(LeaseKind, { namespace: home, name: leaderLease })
  const now = new Date().toISOString().replace("Z", "000Z")
  yield* client.replace(LeaseKind, {
    ...lease,
    spec: { ...lease.spec, holderIdentity: "bench", leaseDurationSeconds: 1, acquireTime: now, renewTime: now }
  })
}).pipe(Effect.retry({ while: hasReason("Conflict"), times: 20 }))

const made = Effect.fnUntraced(function*(namespace: string) {
  const client = yield* KubernetesClient
  yield* client.create(NamespaceKind, { metadata: { name: namespace } }).pipe(
    Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void)
  )
})

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2)

const lookLine = (lives: number, look: Look, pid: number): string => {
  const { spaces } = look
  const kinds = {
    objects: objectBytes(look),
    "of these buffers": look.arrayBuffers,
    code: (spaces["code_space"] ?? 0) + (spaces["code_large_object_space"] ?? 0),
    bytecode: (spaces["trusted_space"] ?? 0) + (spaces["trusted_large_object_space"] ?? 0)
  }
  const told = (parts: Readonly<Record<string, number>>) =>
    Object.entries(parts).map(([name, bytes]) => `${name} ${megabytes(bytes)}`).join(", ")
  return `${String(lives).padStart(6)} lives: ${told(kinds)}; resident ${residentMegabytes(pid).now.toFixed(1)} MB: ${
    told(residentParts(pid))
  }; ${look.resources} handles`
}

const program = Effect.gen(function*() {
  const { registerUser } = yield* EmbeddedStore
  const { kubeconfig: text } = yield* WireServer
  const events = yield* folder
  for (const name of ["github", trigger]) writeFileSync(join(events, `webhook.${name}`), `${secret}\n`)
  const kubeconfig = join(events, "kubeconfig")
  writeFileSync(kubeconfig, text)
  yield* registerUser(token, { username: "bench", groups: [], allows: () => true })
  yield* nodeReady
  yield* Effect.forEach(old, made, { discard: true })
  const file = join(events, "look")
  const options = [`--import=${join(root, "bench/arms/looked.ts")}`]
  const arms = yield* makeArms({
    env: { NODE_OPTIONS: options.join(" "), LOOK: file, ...(snapshots === 1 ? { SNAPSHOTS: "1" } : {}) },
    more: settings(events, yield* receiver)
  })
  const site: Site = { namespace: home, users: [{ name: "bench", kubeconfig }] }
  const arm = yield* arms.start("controller", site)
  const url = /"url":"(http:[^"]+)"/.exec(arm.log)?.[1] ?? ""
  const visitor = makeVisitor({ url, token, secret, trigger })
  const found: Array<readonly [number, number]> = []
  let done = 0
  const stretch = Effect.fnUntraced(function*(count: number) {
    const fresh = `flat-${done}`
    yield* made(fresh)
    const indices = Array.from({ length: count }, (_, index) => done + index)
    yield* Effect.forEach(indices, (index) => live(visitor, index, fresh), { concurrency: 16, discard: true })
    done += count
    for (const path of ["/metrics", "/api/v1/installation", "/api/v1/workspaces", "/api/v1/spending"]) {
      yield* visitor.ask(path)
    }
    yield* forget(fresh)
    yield* Effect.sleep(`${rest} seconds`)
    arm.log = ""
    yield* otherLeader
    yield* Effect.promise(() => arm.printed(/"leading"/))
    // The next write counts out what was written long ago.
    yield* live(visitor, 10 * done, fresh)
    yield* forget()
    yield* Effect.sleep("5 seconds")
    const look = yield* Effect.promise(() => arm.look())
    if (snapshots === 1) cpSync(`${file}.heapsnapshot`, `${done}.heapsnapshot`)
    yield* Console.log(lookLine(done, look, arm.pid))
    return look
  })
  if (warm > 0) yield* stretch(warm)
  for (let each = 0; each < looks; each++) {
    const look = yield* stretch(lives / looks)
    found.push([done, objectBytes(look)])
  }
  const unanswered = [...visitor.statuses].filter(([key]) => / [45]\d\d$/.test(key) && !key.endsWith(" 401"))
  if (unanswered.length > 0) {
    yield* Console.log(`not answered: ${unanswered.map(([key, count]) => `${count} × ${key}`).join(", ")}`)
  }
  const { high, low, slope } = slopeOf(found)
  const grows = low > leastLeft
  yield* Console.log(
    `a life leaves ${slope.toFixed(0)} bytes of objects (95 %: ${low.toFixed(0)} to ${high.toFixed(0)}): ${
      grows ? "it grows" : high <= leastLeft ? "flat" : "cannot tell"
    }`
  )
  if (grows) process.exitCode = 1
})

NodeRuntime.runMain(
  Effect.scoped(program).pipe(Effect.provide(world), Effect.provideService(References.MinimumLogLevel, "Error"))
)
