/**
 * SIGKILL of the controller at every write of a scenario: before it reaches the API server, after it is committed and before the reply, after
 * the reply. A new process then goes on. There is no lease in between: the fences of the writes alone must do. The same scenario without a
 * crash says what is to be expected.
 */
import { assert, layer } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, DocsRunKind, JobKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer, Stream } from "effect"
import { type Asked, named } from "./Audit.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import { makeProxy, type When } from "./Proxy.ts"
import { codeRun, conditionsOf, docsRun, makeSite, over, scripted, type Site, startReplica, verbsOf } from "./World.ts"

type Verbs = Effect.Success<ReturnType<typeof verbsOf>>

interface Scenario {
  readonly name: string
  /** What people do, and what they wait for. Answers with the final phases and reasons. */
  readonly drive: (site: Site, verbs: Verbs) => Effect.Effect<ReadonlyArray<unknown>, KubernetesError>
}

const runSeconds = 120

const ended = ({ run }: Verbs, ...names: ReadonlyArray<string>) =>
  Effect.map(
    Effect.forEach(names, (name) => eventually(`${name} to end`, run(name), over, runSeconds)),
    (runs) => runs.map(({ status }) => [status?.["phase"], status?.["reason"], status?.["contextVersion"]])
  )

const scenarios: ReadonlyArray<Scenario> = [
  {
    name: "S1",
    drive: (site, verbs) =>
      Effect.andThen(verbs.create(codeRun(site, "first", {}, "deliver 150")), ended(verbs, "first"))
  },
  {
    name: "S2",
    drive: (site, { create, docs }) =>
      Effect.andThen(
        create(docsRun(site, "manual")),
        Effect.map(
          eventually("the run to end", docs("manual"), over, runSeconds),
          ({ status }) => [[status?.["phase"], status?.["reason"]]]
        )
      )
  },
  {
    name: "S3",
    drive: (site, verbs) => Effect.andThen(verbs.create(codeRun(site, "first", {}, "fail 150")), ended(verbs, "first"))
  },
  {
    name: "S4",
    drive: (site, verbs) =>
      Effect.gen(function*() {
        yield* verbs.create(codeRun(site, "first", {}, "deliver 150"))
        yield* ended(verbs, "first")
        yield* verbs.edit("first", { contextVersion: 2 })
        const { status } = yield* eventually(
          "the second attempt to end",
          verbs.run("first"),
          (run) => over(run) && run.status?.["contextVersion"] === 2,
          runSeconds
        )
        return [[status?.["phase"], status?.["reason"]]]
      })
  },
  {
    name: "S9",
    drive: (site, verbs) =>
      Effect.gen(function*() {
        yield* verbs.create(codeRun(site, "a", {}, "deliver 150"))
        yield* verbs.create(codeRun(site, "b", { taskId: 2 }, "deliver 150"))
        return yield* ended(verbs, "a", "b")
      })
  },
  {
    name: "S15",
    drive: (site, verbs) =>
      Effect.gen(function*() {
        yield* verbs.create(codeRun(site, "first", {}, "never"))
        yield* eventually("it to run", verbs.run("first"), (run) => run.status?.["phase"] === "Running", runSeconds)
        yield* verbs.edit("first", { cancel: true })
        return yield* ended(verbs, "first")
      })
  }
]

interface Crash {
  readonly write: number
  readonly when: When
}

interface FinalState {
  readonly phases: ReadonlyArray<unknown>
  readonly accepted: ReadonlyArray<Asked>
  readonly writes: number
  readonly crashed: boolean
  /** Statuses that were written because the machine was busy. */
  readonly slow: number
  /** Statuses that say that a run waits: whether one is written depends on how soon the run before it ends. */
  readonly waits: number
}

/** What a busy machine adds: a pod that has no node for long, or does not start at once, is slowVersions. */
const slow = new Set(["ClaimPending", "Unschedulable", "Starting", "Blocked"])

/** Terminal phases never change for their contextVersion. */
const watchPhases = Effect.fnUntraced(function*({ namespace }: Site) {
  const client = yield* KubernetesClient
  const final = new Map<string, unknown>()
  const wrong: Array<string> = []
  const slowVersions = new Set<string>()
  const waitVersions = new Set<string>()
  const follow = Stream.merge(client.watch(CodeRunKind, { namespace }), client.watch(DocsRunKind, { namespace })).pipe(
    Stream.runForEach(({ object: { metadata, status } }) =>
      Effect.sync(() => {
        const reasons = conditionsOf(status).map(({ reason }) => reason)
        if (reasons.some((reason) => slow.has(reason))) slowVersions.add(metadata.resourceVersion ?? "")
        if (reasons.includes("WaitingForWorkspace")) waitVersions.add(metadata.resourceVersion ?? "")
        const key = `${metadata.uid} ${String(status?.["contextVersion"])}`
        const before = final.get(key)
        const phase = status?.["phase"]
        if (before !== undefined && before !== phase) wrong.push(`${key}: ${String(before)} -> ${String(phase)}`)
        if (["Succeeded", "Failed", "Cancelled"].includes(String(phase))) final.set(key, phase)
      })
    ),
    Effect.ignore
  )
  yield* Effect.forkScoped(follow)
  return { wrong, slowVersions, waitVersions }
})

const play = (scenario: Scenario, crash: Crash | undefined) =>
  Effect.scoped(Effect.gen(function*() {
    const site = yield* makeSite(scenario.name.toLowerCase())
    const verbs = yield* verbsOf(site)
    const { slowVersions, waitVersions, wrong } = yield* watchPhases(site)
    const [user] = site.users
    if (user === undefined) return yield* Effect.die("no user")
    const proxy = yield* Effect.acquireRelease(
      Effect.promise(() => makeProxy(user)),
      ({ close }) => Effect.sync(close)
    )
    const first = yield* startReplica(site, proxy.kubeconfig)
    let crashed = false
    proxy.onWrite = async ({ number }, when) => {
      if (crash === undefined || number !== crash.write || when !== crash.when || !first.alive) return first.alive
      crashed = true
      await first.stop("SIGKILL")
      return false
    }
    if (crash !== undefined) {
      yield* Effect.forkScoped(Effect.andThen(Effect.promise(() => first.exit), startReplica(site)))
    }
    const phases = yield* scenario.drive(site, verbs)
    yield* verbs.untilReleased(runSeconds)
    yield* verbs.untilGone(JobKind, runSeconds)
    yield* verbs.untilGone(ConfigMapKind, runSeconds)
    yield* Effect.sleep("300 millis")
    assert.deepStrictEqual(wrong, [])
    return {
      phases,
      accepted: site.accepted(),
      writes: proxy.writes.length,
      crashed: crash === undefined || crashed,
      slow: slowVersions.size,
      waits: waitVersions.size
    } satisfies FinalState
  }))

const countsOf = (asked: ReadonlyArray<Asked>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(named(asked), (each) => each)].map(([name, all]) => [name, all.length])
  )

/** I1, I8, I9: what was created is the same; of the rest, one more write at most. */
const compare = (crash: Crash, calm: FinalState, found: FinalState) => {
  const where = `crash ${crash.when} write ${crash.write}`
  // A write that is refused and repeated makes a calm run longer than it need be.
  if (!found.crashed) return assert.isBelow(found.writes, crash.write, `${where} did not happen`)
  assert.deepStrictEqual(found.phases, calm.phases, where)
  const jobs = found.accepted.filter(({ resource, verb }) => verb === "create" && resource === "jobs")
  assert.strictEqual(new Set(jobs.map(({ name }) => name)).size, jobs.length, `${where}: a Job was made twice`)
  const [want, have] = [countsOf(calm.accepted), countsOf(found.accepted)]
  for (const kind of [JobKind, ConfigMapKind, PersistentVolumeClaimKind]) {
    const create = `create ${kind.plural}`
    assert.strictEqual(have[create], want[create], `${where}: ${create}`)
  }
  assert.isAtMost(found.waits, calm.waits + 1, `${where}: told twice that it waits`)
  const extra = found.accepted.length - found.waits - (calm.accepted.length - calm.waits)
  assert.isAtMost(extra, 1 + found.slow, `${where}: ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`)
}

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "SIGKILL at every write",
  (it) => {
    for (const scenario of scenarios) {
      it.effect(scenario.name, () =>
        Effect.gen(function*() {
          const calm = yield* play(scenario, undefined)
          const crashes = Array.from({ length: calm.writes }, (_, index) =>
            (["before", "committed", "replied"] as const).map((when): Crash => ({ write: index + 1, when }))).flat()
          yield* Effect.forEach(
            crashes,
            (crash) =>
              Effect.map(play(scenario, crash), (found) => compare(crash, calm, found)),
            { concurrency: 4, discard: true }
          )
          yield* Effect.logInfo(`${scenario.name}: ${calm.writes} writes, ${crashes.length} crashes`)
        }), 900_000)
    }
  }
)
