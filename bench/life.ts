/**
 * `node bench/life.ts [--rounds 5] [--runs 300] [--rate 10] [--warm 50]`: whole lives of CodeRuns on a real control plane (API server, etcd, scheduler,
 * Job, TTL and garbage-collection controllers, a node whose containers end by themselves), submitted at a steady rate: what they cost in
 * CPU and requests, and how quickly the controller reacts, against a loop that watches and writes and
 * against a reconciler in Go on controller-runtime (bench/peer). The first runs of a process only warm it up.
 * With BASELINE=FOLDER, another checkout that is built, it compares the CPU per run with that of its controller instead.
 */
import { NodeRuntime } from "@effect/platform-node"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, Layer, References } from "effect"
import { type Arms, baseline, type How, makeArms } from "./parts/Arm.ts"
import { askedSince, auditEnd, formatRequests } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { type Life, livesOf } from "./parts/Lives.ts"
import { over, submit } from "./parts/Load.ts"
import { nodeLayer, nodeReady } from "./parts/Node.ts"
import { type Plane, plane } from "./parts/Plane.ts"
import { compared, formatRatio, measured, pairsOf, percentile, ratioOf } from "./parts/Ratio.ts"
import { makeSite, makeWorkspaces } from "./parts/Site.ts"
import { cpuFromHere } from "./parts/Usage.ts"

const { rate, rounds, runs, warm } = flags({ rounds: 5, runs: 300, rate: 10, warm: 50 })

/** The node's own work is done by this process: its words come when they come, and reaction is counted from them. */
const agents = "1 second"

interface Round {
  readonly cpu: number
  readonly toJob: ReadonlyArray<number>
  readonly toEnd: ReadonlyArray<number>
}

const round = Effect.fnUntraced(function*(plane: Plane, arms: Arms, how: How) {
  const site = yield* makeSite(plane, how)
  yield* makeWorkspaces(site, warm + runs, { volumes: true })
  const { pid } = yield* arms.start(how, site)
  yield* submit(site, { first: 0, count: warm, rate })
  yield* over(site)
  const [log, spent] = [auditEnd(plane), cpuFromHere(pid, runs)]
  yield* submit(site, { first: warm, count: runs, rate })
  yield* over(site)
  const { cpu, words } = spent()
  const asked = askedSince(plane, log, site.namespace)
  const user = site.users[0]?.name ?? ""
  const lives = livesOf(asked, user)
  const by = (share: number, of: (life: Life) => number) => percentile(lives.map(of), share).toFixed(1)
  yield* Console.log(
    `  ${how}: ${words}; to Job p50 ${by(0.5, (each) => each.toJob)}, ` +
      `p99 ${by(0.99, (each) => each.toJob)} ms; to terminal p50 ${by(0.5, (each) => each.toEnd)}, ` +
      `p99 ${by(0.99, (each) => each.toEnd)} ms (${lives.length} runs); ${formatRequests(asked, user, runs)}`
  )
  return { cpu, toJob: lives.map(({ toJob }) => toJob), toEnd: lives.map(({ toEnd }) => toEnd) } satisfies Round
}, Effect.scoped)

const compare = (
  what: string,
  pairs: ReadonlyArray<readonly [Round, Round]>,
  of: (round: Round) => number,
  limit: number,
  than = "the watching loop"
) =>
  Console.log(formatRatio(
    what,
    than,
    ratioOf(pairs.map(([ours, theirs]) => [of(ours), of(theirs)])),
    { limit }
  ))

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: false })
  yield* Effect.gen(function*() {
    yield* nodeReady
    const arms = yield* makeArms()
    if (baseline !== undefined) {
      const versions = yield* compared(["baseline", "controller"] as const, rounds, (how) => round(server, arms, how))
      return yield* compare("CPU per run", versions, ({ cpu }) => cpu, 1.03, "the baseline")
    }
    const found = yield* measured(
      ["watching", "peer", "controller"] as const,
      rounds,
      (how) => round(server, arms, how)
    )
    const targets = [
      { theirs: "watching", than: "the watching loop", cpu: 1.25, p50: 1.2, p99: 2 },
      { theirs: "peer", than: "the peer in Go", cpu: 1, p50: 1, p99: 1 }
    ] as const
    for (const { cpu, p50, p99, than, theirs } of targets) {
      const pairs = pairsOf<How, Round>(found, "controller", theirs)
      yield* compare("CPU per run", pairs, (round) => round.cpu, cpu, than)
      yield* compare("accepted to Job created, p50", pairs, ({ toJob }) => percentile(toJob, 0.5), p50, than)
      yield* compare("accepted to Job created, p99", pairs, ({ toJob }) => percentile(toJob, 0.99), p99, than)
      yield* compare("agent ended to terminal, p50", pairs, ({ toEnd }) => percentile(toEnd, 0.5), p50, than)
      yield* compare("agent ended to terminal, p99", pairs, ({ toEnd }) => percentile(toEnd, 0.99), p99, than)
    }
  }).pipe(Effect.provide(Layer.provideMerge(nodeLayer(agents), liveClient({ kubeconfig: server.kubeconfig }))))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
