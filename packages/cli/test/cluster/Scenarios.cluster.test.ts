/** The scenarios of the program on a real control plane, with the product's requests counted by the API server. */
import { assert, layer } from "@effect/vitest"
import { jobFinalizer } from "@orchestrator/domain/Labels"
import type { ScriptedNode } from "@orchestrator/embedded/node/ScriptedRuntime"
import { CodeRunKind, ConfigMapKind, JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { deliver } from "./Agents.ts"
import { type Asked, named } from "./Audit.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import {
  attemptsOf,
  codeRun,
  docsRun,
  makeSite,
  over,
  phaseOf,
  reasonOf,
  scripted,
  startReplica,
  verbsOf
} from "./World.ts"

const reads = new Set(["get", "list"])

/** What was read after the lists of the start. */
const readsAfter = (asked: ReadonlyArray<Asked>, start: number) =>
  asked.filter(({ at, verb }) => at > start && reads.has(verb))

/** Runs, Jobs, pods, files, claims, Events. */
const watched = 7

/** A replica that has read all that it reads at its start. */
const started = Effect.fnUntraced(function*(name: string, config: object = {}) {
  const site = yield* makeSite(name, config)
  const replica = yield* startReplica(site)
  yield* Effect.promise(() => replica.logged(/caches are synced/))
  yield* eventually(
    "every watch to be open",
    Effect.sync(() => new Set(site.asked().filter(({ verb }) => verb === "watch").map(({ resource }) => resource))),
    ({ size }) => size === watched
  )
  return { site, replica, ...(yield* verbsOf(site)), start: Date.now() }
})

const alive = ({ metadata, status }: Pod) => status?.phase === "Running" && metadata.deletionTimestamp === undefined

const createdJobs = (asked: ReadonlyArray<Asked>) =>
  asked.filter(({ code, resource, verb }) => verb === "create" && resource === "jobs" && code === 201)

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "on a real control plane",
  (it) => {
    const scenario = <E>(
      name: string,
      body: Effect.Effect<unknown, E, Effect.Services<ReturnType<typeof started>> | ScriptedNode>
    ) => it.effect(name, () => Effect.scoped(body), 300_000)

    scenario(
      "S1, S10: a CodeRun costs six writes and no read; Job, pod and files then go, run and workspace stay",
      Effect.gen(function*() {
        const { all, create, site, start, untilGone, untilPhase } = yield* started("s1")
        yield* create(codeRun(site, "first"))
        const { status } = yield* untilPhase("first", "Succeeded")
        assert.deepStrictEqual([status?.["reason"], status?.["headCommit"]], [
          "Delivered",
          "0123456789abcdef0123456789abcdef01234567"
        ])
        for (const kind of [JobKind, PodKind, ConfigMapKind]) yield* untilGone(kind)
        assert.deepStrictEqual(named(site.accepted()), [
          "create persistentvolumeclaims",
          "create jobs",
          "create configmaps",
          "update coderuns/status",
          "update coderuns/status",
          "patch jobs"
        ])
        assert.deepStrictEqual(readsAfter(site.asked(), start), [])
        assert.lengthOf(yield* all(PersistentVolumeClaimKind), 1)
      })
    )

    scenario(
      "S2: a DocsRun costs five writes and no read",
      Effect.gen(function*() {
        const { create, docs, site, start, untilGone } = yield* started("s2")
        yield* create(docsRun(site, "manual"))
        yield* eventually("the run to succeed", docs("manual"), (run) => phaseOf(run) === "Succeeded")
        for (const kind of [JobKind, PodKind, ConfigMapKind]) yield* untilGone(kind)
        assert.deepStrictEqual(named(site.accepted()), [
          "create jobs",
          "create configmaps",
          "update docsruns/status",
          "update docsruns/status",
          "patch jobs"
        ])
        assert.deepStrictEqual(readsAfter(site.asked(), start), [])
      })
    )

    scenario(
      "S3: an agent that fails fails the run with its words, once",
      Effect.gen(function*() {
        const { create, site, untilGone, untilPhase } = yield* started("s3")
        yield* create(codeRun(site, "first", {}, "fail 200"))
        const { status } = yield* untilPhase("first", "Failed")
        assert.deepStrictEqual([status?.["reason"], status?.["message"]], ["SetupFailed", "It was not to be."])
        yield* untilGone(JobKind)
        assert.lengthOf(createdJobs(site.asked()), 1)
      })
    )

    scenario(
      "S4: a raised contextVersion is the next attempt; raised in mid-run, the attempt before ends first",
      Effect.gen(function*() {
        const { all, create, edit, run, site, untilPhase, untilRunning } = yield* started("s4")
        yield* create(codeRun(site, "first"))
        yield* untilPhase("first", "Succeeded")
        yield* edit("first", { contextVersion: 2, env: { SCRIPT: "never" } })
        yield* untilRunning("first")
        yield* edit("first", { contextVersion: 3, env: { SCRIPT: "deliver 200" } })
        let most = 0
        yield* eventually(
          "attempt 3 to succeed",
          Effect.gen(function*() {
            most = Math.max(most, (yield* all(PodKind)).filter(alive).length)
            return yield* run("first")
          }),
          (found) => phaseOf(found) === "Succeeded" && found.status?.["contextVersion"] === 3
        )
        assert.isAtMost(most, 1)
        const { status } = yield* run("first")
        assert.deepStrictEqual(attemptsOf(status).map(({ outcome }) => outcome), [
          "Succeeded",
          "Cancelled",
          "Succeeded"
        ])
        assert.lengthOf(createdJobs(site.asked()), 3)
      })
    )

    scenario(
      "S5, S6: runs that are deleted, waiting or running, leave nothing",
      Effect.gen(function*() {
        const { client, create, run, site, untilGone, untilRunning } = yield* started("s6")
        yield* create(codeRun(site, "holder", {}, "never"))
        yield* untilRunning("holder")
        yield* create(codeRun(site, "waiting"))
        yield* eventually("to wait", run("waiting"), (found) => reasonOf(found) === "WaitingForWorkspace")
        yield* client.delete(CodeRunKind, { name: "waiting", namespace: site.namespace })
        yield* client.delete(CodeRunKind, { name: "holder", namespace: site.namespace })
        for (const kind of [JobKind, PodKind, ConfigMapKind]) yield* untilGone(kind)
        assert.lengthOf(createdJobs(site.asked()), 1)
      })
    )

    for (const propagationPolicy of ["Background", "Foreground"] as const) {
      scenario(
        `S7: a Job that a person deletes (${propagationPolicy}) fails the run and is never made again`,
        Effect.gen(function*() {
          const { all, client, create, site, untilGone, untilPhase, untilRunning } = yield* started("s7")
          yield* create(codeRun(site, "first", {}, "never"))
          yield* untilRunning("first")
          const [job] = yield* all(JobKind)
          yield* client.delete(JobKind, { name: job?.metadata.name ?? "", namespace: site.namespace }, {
            propagationPolicy
          })
          assert.strictEqual(reasonOf(yield* untilPhase("first", "Failed")), "JobLost")
          for (const kind of [JobKind, PodKind, ConfigMapKind]) yield* untilGone(kind)
          assert.lengthOf(createdJobs(site.asked()), 1)
        })
      )
    }

    scenario(
      "S8: files that a person deletes are made again",
      Effect.gen(function*() {
        const { all, client, create, site, untilPhase, untilRunning } = yield* started("s8")
        const created = yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        const [before] = yield* all(ConfigMapKind)
        yield* client.delete(ConfigMapKind, { name: before?.metadata.name ?? "", namespace: site.namespace })
        const [after] = yield* eventually(
          "the files",
          all(ConfigMapKind),
          ([files]) => files !== undefined && files.metadata.uid !== before?.metadata.uid
        )
        assert.deepStrictEqual(after?.data, before?.data)
        yield* deliver(created)
        yield* untilPhase("first", "Succeeded")
      })
    )

    scenario(
      "S9: runs of one service work one after the other, the oldest first",
      Effect.gen(function*() {
        const { all, create, run, site, untilRunning } = yield* started("s9")
        const oldest = yield* create(codeRun(site, "b-older", {}, "never"))
        yield* untilRunning("b-older")
        yield* create(codeRun(site, "a-younger", { taskId: 2 }))
        yield* Effect.sleep("1100 millis")
        yield* create(codeRun(site, "0-youngest", { taskId: 3 }))
        const waits = (found: CustomObject) => reasonOf(found) === "WaitingForWorkspace"
        for (const name of ["a-younger", "0-youngest"]) yield* eventually(`${name} to wait`, run(name), waits)
        yield* deliver(oldest)
        let most = 0
        const runs = Effect.all([run("b-older"), run("a-younger"), run("0-youngest")])
        const done = yield* eventually(
          "all to succeed",
          Effect.gen(function*() {
            most = Math.max(most, (yield* all(PodKind)).filter(alive).length)
            return yield* runs
          }),
          (found) => found.every(over)
        )
        assert.deepStrictEqual(done.map(phaseOf), ["Succeeded", "Succeeded", "Succeeded"])
        assert.isAtMost(most, 1)
        assert.deepStrictEqual(
          createdJobs(site.asked()).map(({ name }) => name.replace(/^code-(.*)-v1-.*$/, "$1")),
          ["b-older", "a-younger", "0-youngest"]
        )
      })
    )

    scenario(
      "S11: a Job that finishes while the controller is down is recorded when it is back",
      Effect.gen(function*() {
        const { all, create, replica, site, untilPhase, untilRunning } = yield* started("s11")
        const created = yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        yield* Effect.promise(() => replica.stop("SIGKILL"))
        yield* deliver(created)
        yield* eventually("the Job to finish", all(JobKind), ([job]) => job?.status?.succeeded === 1)
        yield* startReplica(site)
        assert.strictEqual(reasonOf(yield* untilPhase("first", "Succeeded")), "Delivered")
        assert.lengthOf(createdJobs(site.asked()), 1)
      })
    )

    scenario(
      "S12: editing the spec in mid-run changes nothing of the attempt",
      Effect.gen(function*() {
        const { create, edit, site, untilPhase, untilRunning } = yield* started("s12")
        const created = yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        yield* edit("first", { model: "another", service: "-not valid" })
        yield* deliver(created)
        yield* untilPhase("first", "Succeeded")
        assert.lengthOf(createdJobs(site.asked()), 1)
      })
    )

    scenario(
      "S13: a run that is deleted and made again under its name is another run",
      Effect.gen(function*() {
        const { client, create, run, site, untilPhase, untilRunning } = yield* started("s13")
        yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        yield* client.delete(CodeRunKind, { name: "first", namespace: site.namespace })
        yield* eventually("it to be gone", Effect.flip(run("first")), () => true)
        yield* create(codeRun(site, "first"))
        yield* untilPhase("first", "Succeeded")
        const jobs = createdJobs(site.asked()).map(({ name }) => name)
        assert.strictEqual(new Set(jobs).size, 2)
        assert.lengthOf(jobs, 2)
      })
    )

    scenario(
      "S14: somebody else's Job under our name is left alone, and the run's Job is named anew",
      Effect.gen(function*() {
        const { client, create, run, site, untilPhase, untilRunning } = yield* started("s14")
        const { namespace } = site
        const holding = yield* create(codeRun(site, "holder", {}, "never"))
        yield* untilRunning("holder")
        const { metadata } = yield* create(codeRun(site, "waiting"))
        const name = `code-waiting-v1-${metadata.uid?.slice(0, 8)}`
        const foreign = yield* client.create(JobKind, {
          metadata: { name, namespace },
          spec: {
            suspend: true,
            template: { spec: { restartPolicy: "Never", containers: [{ name: "theirs", image: "theirs" }] } }
          }
        })
        yield* deliver(holding)
        const { status } = yield* untilPhase("waiting", "Succeeded")
        assert.match(String(status?.["jobName"]), new RegExp(`^${name}-[0-9a-f]+$`))
        yield* eventually("the holder", run("holder"), over)
        const left = yield* client.get(JobKind, { name, namespace })
        assert.notInclude(left.metadata.finalizers ?? [], jobFinalizer)
        assert.deepStrictEqual([left.metadata.uid, left.spec], [foreign.metadata.uid, foreign.spec])
      })
    )

    scenario(
      "S15: a cancelled run stops its agent, which saves its work; the phase is Cancelled for good",
      Effect.gen(function*() {
        const { create, edit, run, site, untilGone, untilPhase, untilRunning } = yield* started("s15")
        yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        yield* edit("first", { cancel: true })
        const { status } = yield* untilPhase("first", "Cancelled")
        assert.deepStrictEqual([status?.["reason"], status?.["headCommit"]], [
          "Cancelled",
          "fedcba9876543210fedcba9876543210fedcba98"
        ])
        yield* edit("first", { cancel: false })
        yield* untilGone(JobKind)
        assert.strictEqual(phaseOf(yield* run("first")), "Cancelled")
        assert.lengthOf(createdJobs(site.asked()), 1)
      })
    )
  }
)
