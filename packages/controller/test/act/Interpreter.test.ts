/** Plans, performed on the embedded cluster: twice, too late, and where somebody else was first. */
import { assert, describe, it } from "@effect/vitest"
import { runUidLabel, stopAnnotation } from "@orchestrator/domain/Labels"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, ConfigMapKind, JobKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Job, KubernetesObject, OwnerReference } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { Cleanup } from "../../src/act/Cleanup.ts"
import { Interpreter } from "../../src/act/Interpreter.ts"
import { Action } from "../../src/decide/Action.ts"
import { plan } from "../../src/decide/Plan.ts"
import { jobFacts } from "../../src/facts/Job.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { observeJob } from "../../src/facts/ObserveJob.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { Stores } from "../../src/facts/Stores.ts"
import { makeRound } from "../../src/loop/Round.ts"
import { given, noWorkspace, workspace } from "../fixtures/Given.ts"
import { complete, makeJob } from "../fixtures/Jobs.ts"
import { jobWith } from "../fixtures/Jobs.ts"
import { completed } from "../fixtures/Results.ts"
import { jobName, makeCodeRun, namespace } from "../fixtures/Runs.ts"

const cluster = Layer.fresh(
  Layer.provideMerge(Interpreter.layer, Cleanup.layer).pipe(
    Layer.provideMerge(Stores.layer),
    Layer.provideMerge(layerMemory)
  )
)

/** A run that the cluster has, and what is observed of it. */
/** A second attempt, since the first word on a first one comes when its agent works. */
const accepted = (changes: Partial<Observed> = {}) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const stores = yield* Stores
    const { metadata: { name }, spec } = makeCodeRun()
    const created = yield* client.create(CodeRunKind, {
      metadata: { name: name ?? "", namespace },
      spec: { ...spec, contextVersion: 2 }
    })
    const run = yield* client.replaceStatus(CodeRunKind, { ...created, status: { phase: "Failed", contextVersion: 1 } })
    const { metadata: { resourceVersion = "" } } = yield* client.list(JobKind, { namespace })
    for (const store of [stores.jobs, stores.files, stores.workspaces, stores.runs.CodeRun]) {
      store.reset([], resourceVersion)
    }
    return { ...given({ run, workspace: noWorkspace }), ...changes }
  })

const ref = (name: string) => ({ name, namespace })
const statusOf = Effect.flatMap(
  KubernetesClient,
  (client) => Effect.map(client.get(CodeRunKind, ref("api")), ({ status }) => status)
)

/** The run as the cluster has it now. */
const current = Effect.flatMap(
  KubernetesClient,
  (client) => Effect.map(client.get(CodeRunKind, ref("api")), (run) => runFacts("CodeRun", run))
)

const versions = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const lists = yield* Effect.all([
    client.list(JobKind, { namespace }),
    client.list(ConfigMapKind, { namespace }),
    client.list(PersistentVolumeClaimKind, { namespace }),
    client.list(CodeRunKind, { namespace })
  ])
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`))
})

const cancelling = { reason: "Cancelled", resume: false } as const

describe("a start", () => {
  it.effect("makes what it says, owned by whom it says, and the stores have it at once", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const stores = yield* Stores
      const { perform } = yield* Interpreter
      const observed = yield* accepted()
      assert.isTrue((yield* perform(plan(observed))).again)
      const job = yield* client.get(JobKind, ref(jobNameOf(observed)))
      const files = yield* client.get(ConfigMapKind, ref(filesNameOf(observed)))
      assert.strictEqual(job.metadata.ownerReferences?.[0]?.uid, observed.run?.uid)
      assert.strictEqual(files.metadata.ownerReferences?.[0]?.uid, job.metadata.uid)
      assert.strictEqual((yield* statusOf)?.["phase"], "Running")
      assert.strictEqual(stores.jobs.get(ref(jobNameOf(observed)))?.uid, job.metadata.uid)
      assert.isDefined(stores.files.get(ref(filesNameOf(observed))))
      assert.isDefined(stores.workspaces.get(ref("workspace-api")))
    }).pipe(Effect.provide(cluster)))

  it.effect.each<{ admission: string; changed: Partial<Job["spec"]> & { finalizers?: ReadonlyArray<string> } }>([
    { admission: "suspends Jobs", changed: { suspend: true } },
    { admission: "takes finalizers off", changed: { finalizers: [] } }
  ])(
    "of which the Job is not there as it was sent is followed by another round: admission $admission",
    ({ changed }) =>
      Effect.gen(function*() {
        const { perform } = yield* Interpreter
        const observed = yield* accepted()
        const { finalizers, ...spec } = changed
        const asAdmitted = (job: Job): Job => ({
          ...job,
          metadata: { ...job.metadata, finalizers: finalizers ?? job.metadata.finalizers ?? [] },
          spec: { ...job.spec, ...spec }
        })
        const decided = plan(observed)
        const admitted = decided.actions.map((action) =>
          action._tag === "CreateJob" ? Action.CreateJob({ job: asAdmitted(action.job) }) : action
        )
        assert.deepStrictEqual(yield* perform({ ...decided, actions: admitted }), { again: true, asPlanned: false })
      }).pipe(Effect.provide(cluster))
  )

  it.effect("that is repeated after a crash changes nothing that is there", () =>
    Effect.gen(function*() {
      const { perform } = yield* Interpreter
      const observed = yield* accepted()
      const planned = plan(observed)
      yield* perform(planned)
      const before = yield* versions
      yield* perform(planned)
      assert.deepStrictEqual(yield* versions, before)
    }).pipe(Effect.provide(cluster)))

  it.effect("that crashed after the Job goes on with the files", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const observed = yield* accepted()
      const { actions, rule } = plan(observed)
      yield* perform({ rule, actions: actions.slice(0, 2) })
      // Another process makes its own plan, with another name for the files: those of the Job that is there count.
      assert.isTrue((yield* perform(plan({ ...observed, nonce: "fedcba9876543210" }))).again)
      const [job, ...more] = (yield* client.list(JobKind, { namespace })).items
      assert.lengthOf(more, 0)
      if (job === undefined) return assert.fail("no Job")
      const next = plan({
        ...observed,
        workspace: workspace({ tag: "mine" }),
        jobs: [observeJob(jobFacts(job), undefined)]
      })
      assert.strictEqual(next.rule, "filesAbsent")
      yield* perform(next)
      assert.isDefined(yield* client.get(ConfigMapKind, ref(filesNameOf(observed))))
      assert.lengthOf((yield* client.list(ConfigMapKind, { namespace })).items.filter(isOurs), 1)
    }).pipe(Effect.provide(cluster)))

  it.effect.each<{ whose: string; owners: ReadonlyArray<OwnerReference> }>([
    { whose: "nobody's", owners: [] },
    {
      whose: "a former run's",
      owners: [{ apiVersion: "orchestrator.platform/v1", kind: "CodeRun", name: "api", uid: "former" }]
    }
  ])("where $whose Job has the name records another name and touches nothing", ({ owners }) =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const round = makeRound((yield* Interpreter).perform)
      const observed = yield* accepted({ workspace: undefined })
      const name = jobNameOf(observed)
      const before = yield* client.create(JobKind, {
        metadata: { name, namespace, ownerReferences: owners },
        spec: { template: podTemplate }
      })
      yield* round(observed)
      const status = yield* statusOf
      assert.deepStrictEqual([status?.["phase"], status?.["jobName"]], ["Pending", `${name}-01234567`])
      assert.deepStrictEqual(yield* client.get(JobKind, ref(name)), before)
      assert.lengthOf((yield* client.list(ConfigMapKind, { namespace })).items.filter(isOurs), 0)
      yield* round({ ...observed, run: yield* current })
      assert.strictEqual(
        (yield* client.get(JobKind, ref(`${name}-01234567`))).metadata.ownerReferences?.[0]?.name,
        "api"
      )
    }).pipe(Effect.provide(cluster)))

  it.effect("where another's files have the name begins another try; its Job is then stopped", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const round = makeRound((yield* Interpreter).perform)
      const observed = yield* accepted({ workspace: undefined })
      const name = filesNameOf(observed)
      yield* client.create(ConfigMapKind, { metadata: { name, namespace }, data: { mine: "yes" } })
      yield* round(observed)
      assert.deepStrictEqual([(yield* statusOf)?.["phase"], (yield* statusOf)?.["reason"]], ["Pending", "InfraLost"])
      assert.deepStrictEqual((yield* client.get(ConfigMapKind, ref(name))).data, { mine: "yes" })
      const job = yield* client.get(JobKind, ref(jobNameOf(observed)))
      const run = yield* current
      const uid = job.metadata.uid ?? ""
      const next = plan({ ...observed, run, jobs: [makeJob({ name: jobNameOf(observed), uid, owners: [run.uid] })] })
      assert.strictEqual(next.actions[0]?._tag, "StopJob")
    }).pipe(Effect.provide(cluster)))

  it.effect("where a claim of the name serves something else ends the run", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const round = makeRound((yield* Interpreter).perform)
      const observed = yield* accepted()
      yield* client.create(PersistentVolumeClaimKind, {
        metadata: { name: "workspace-api", namespace },
        spec: claimSpec
      })
      yield* round(observed)
      assert.strictEqual((yield* statusOf)?.["reason"], "NameCollision")
      assert.lengthOf((yield* client.list(JobKind, { namespace })).items, 0)
    }).pipe(Effect.provide(cluster)))

  it.effect("takes over the workspace that an older installation made for the service", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const observed = yield* accepted()
      yield* client.create(PersistentVolumeClaimKind, {
        metadata: { name: "workspace-api", namespace, labels: { service: "api" } },
        spec: claimSpec
      })
      yield* perform(plan(observed))
      const claim = yield* client.get(PersistentVolumeClaimKind, ref("workspace-api"))
      assert.strictEqual(claim.metadata.annotations?.["orchestrator.platform/holder"], observed.run?.uid)
      assert.strictEqual((yield* statusOf)?.["phase"], "Running")
    }).pipe(Effect.provide(cluster)))
})

const podTemplate = { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "example" }] } }
const claimSpec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
const isOurs = ({ metadata: { labels } }: KubernetesObject) => labels?.["app"] === "orchestrator"
const filesNameOf = (observed: Observed) => `${jobNameOf(observed)}-${observed.nonce}`
const jobNameOf = ({ run }: Observed) => `code-api-v2-${run?.uid.slice(0, 8)}`

describe("a lease", () => {
  it.effect("on a claim that has changed since it was seen is a conflict, and nothing starts", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const seen = yield* client.create(PersistentVolumeClaimKind, {
        metadata: { name: "workspace-api", namespace },
        spec: claimSpec
      })
      yield* client.patch(PersistentVolumeClaimKind, ref("workspace-api"), {
        type: "merge",
        body: { metadata: { annotations: { "orchestrator.platform/holder": "another" } } }
      })
      const { resourceVersion = "", uid = "" } = seen.metadata
      const observed = yield* accepted({
        workspace: { ...workspace({ tag: "free" }), current: { uid, resourceVersion } }
      })
      const error = yield* Effect.flip(perform(plan(observed)))
      assert.strictEqual(error.reason._tag, "Conflict")
      assert.lengthOf((yield* client.list(JobKind, { namespace })).items, 0)
      const claim = yield* client.get(PersistentVolumeClaimKind, ref("workspace-api"))
      assert.strictEqual(claim.metadata.annotations?.["orchestrator.platform/holder"], "another")
    }).pipe(Effect.provide(cluster)))
})

describe("an end", () => {
  const started = Effect.gen(function*() {
    const { perform } = yield* Interpreter
    const observed = yield* accepted()
    yield* perform(plan(observed))
    const client = yield* KubernetesClient
    const job = yield* client.get(JobKind, ref(jobNameOf(observed)))
    const name = job.metadata.name ?? ""
    return { observed, job, name, uid: job.metadata.uid ?? "" }
  })

  it.effect("releases the Job once: finalizer off, time to live set", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const { name, uid } = yield* started
      const release = {
        rule: "",
        actions: [Action.ReleaseJob({ namespace, name, uid, finalizerIndex: 0, ttlSeconds: 300 })]
      }
      assert.isTrue((yield* perform(release)).again)
      const released = yield* client.get(JobKind, ref(name))
      assert.deepStrictEqual([released.metadata.finalizers ?? [], released.spec.ttlSecondsAfterFinished], [[], 300])
      assert.isFalse((yield* perform(release)).again)
      assert.strictEqual(
        (yield* client.get(JobKind, ref(name))).metadata.resourceVersion,
        released.metadata.resourceVersion
      )
    }).pipe(Effect.provide(cluster)))

  it.effect("leaves other finalizers, also when ours has moved in the list", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const { job, name, uid } = yield* started
      yield* client.patch(JobKind, ref(name), {
        type: "merge",
        body: { metadata: { finalizers: ["example.com/audit", ...job.metadata.finalizers ?? []] } }
      })
      const release = (finalizerIndex: number) =>
        perform({
          rule: "",
          actions: [Action.ReleaseJob({ namespace, name, uid, finalizerIndex, ttlSeconds: undefined })]
        })
      assert.isFalse((yield* release(0)).again)
      assert.isTrue((yield* release(1)).again)
      assert.deepStrictEqual((yield* client.get(JobKind, ref(name))).metadata.finalizers, ["example.com/audit"])
    }).pipe(Effect.provide(cluster)))

  it.effect.each([
    {
      name: "released",
      action: (name: string) => Action.ReleaseJob({ namespace, name, uid: "former", finalizerIndex: 0, ttlSeconds: 1 })
    },
    { name: "stopped", action: (name: string) => Action.StopJob({ ...cancelling, namespace, name, uid: "former" }) }
  ])("a Job that was made anew under the name is not $name", ({ action }) =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const { name } = yield* started
      const before = yield* client.get(JobKind, ref(name))
      assert.isFalse((yield* perform({ rule: "", actions: [action(name)] })).again)
      assert.deepStrictEqual(yield* client.get(JobKind, ref(name)), before)
    }).pipe(Effect.provide(cluster)))

  it.effect("a Job that is gone already is no error", () =>
    Effect.gen(function*() {
      const { perform } = yield* Interpreter
      yield* accepted()
      const gone = { namespace, name: jobName, uid: "j1" }
      assert.isFalse((yield* perform({ rule: "", actions: [Action.StopJob({ ...cancelling, ...gone })] })).again)
      assert.isFalse(
        (yield* perform({ rule: "", actions: [Action.ReleaseJob({ ...gone, finalizerIndex: 0, ttlSeconds: 1 })] }))
          .again
      )
    }).pipe(Effect.provide(cluster)))

  it.effect("stops a Job by its deadline, and says that it was us", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const { name, observed, uid } = yield* started
      yield* perform({ rule: "", actions: [Action.StopJob({ ...cancelling, namespace, name, uid })] })
      const stopped = yield* client.get(JobKind, ref(name))
      assert.strictEqual(stopped.metadata.annotations?.[stopAnnotation], "Cancelled")
      assert.strictEqual(stopped.spec.activeDeadlineSeconds, 1)
      assert.strictEqual(stopped.metadata.labels?.[runUidLabel], observed.run?.uid)
    }).pipe(Effect.provide(cluster)))

  it.effect("a status on a run that has changed meanwhile is a conflict, and nothing is written", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { perform } = yield* Interpreter
      const { name, observed, uid } = yield* started
      const seen = { ...observed, run: yield* current }
      yield* client.patch(CodeRunKind, ref("api"), { type: "merge", body: { spec: { cancel: true } } })
      const planned = plan({
        ...seen,
        jobs: [jobWith(completed(), { name, uid, owners: [seen.run.uid], end: complete })]
      })
      assert.strictEqual((yield* Effect.flip(perform(planned))).reason._tag, "Conflict")
      assert.strictEqual((yield* statusOf)?.["phase"], "Running")
    }).pipe(Effect.provide(cluster)))
})
