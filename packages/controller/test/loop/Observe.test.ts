/** What is read from the stores: whose turn it is in a workspace, which Jobs are whose, when files are rendered. */
import { assert, describe, it } from "@effect/vitest"
import { jobFinalizer, runUidLabel } from "@orchestrator/domain/Labels"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { ConfigMap, CustomObject, Job, PersistentVolumeClaim, Pod } from "@orchestrator/k8s/Objects"
import { Templates } from "@orchestrator/templates/Templates"
import { Effect, Layer, Result } from "effect"
import { claimFacts } from "../../src/facts/Claim.ts"
import { filesFacts } from "../../src/facts/Files.ts"
import { jobFacts } from "../../src/facts/Job.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { goneFacts, podFacts } from "../../src/facts/Pod.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { Stores } from "../../src/facts/Stores.ts"
import { Observe } from "../../src/loop/Observe.ts"
import { ControllerSettings } from "../../src/loop/Settings.ts"
import { config } from "../fixtures/Given.ts"
import { nothingMore } from "../fixtures/NothingMore.ts"
import { jobName, makeCodeRun, makeDocsRun, namespace, uid } from "../fixtures/Runs.ts"
import { finished, pausedFor, running } from "../fixtures/Statuses.ts"

interface World {
  readonly runs?: ReadonlyArray<CustomObject>
  readonly jobs?: ReadonlyArray<Job>
  readonly pods?: ReadonlyArray<Pod>
  readonly gonePods?: Readonly<Record<string, Pod>>
  readonly files?: ReadonlyArray<ConfigMap>
  readonly claims?: ReadonlyArray<PersistentVolumeClaim>
}

const layer = Observe.layer.pipe(
  Layer.provide(Layer.mock(Templates, { render: () => Result.succeed({ "prompt.md": "Do it.\n" }) })),
  Layer.provide(Layer.succeed(ControllerSettings, { config, namespace })),
  // What is read of a run that the stores have not whole: see program/Large.hostile.test.ts.
  Layer.provide(nothingMore),
  Layer.provideMerge(Stores.layer),
  Layer.fresh
)

/** What is observed of the run of this name in such a world. */
const observed = (
  world: World,
  name = "api",
  kind: "CodeRun" | "DocsRun" = "CodeRun"
): Effect.Effect<Observed, KubernetesError> =>
  Effect.gen(function*() {
    const { observe } = yield* Observe
    const stores = yield* Stores
    for (const run of world.runs ?? []) stores.runs[kind].put(runFacts(kind, run))
    for (const job of world.jobs ?? []) stores.jobs.put(jobFacts(job))
    for (const pod of world.pods ?? []) stores.pods.put(podFacts(pod))
    for (const [job, pod] of Object.entries(world.gonePods ?? {})) stores.lastPods.set(job, goneFacts(podFacts(pod)))
    for (const files of world.files ?? []) stores.files.put(filesFacts(files))
    for (const claim of world.claims ?? []) stores.workspaces.put(claimFacts(claim))
    return yield* observe({ kind, namespace, name })
  }).pipe(Effect.provide(layer))

const claim = (holder?: string): PersistentVolumeClaim => ({
  metadata: {
    name: "workspace-api",
    namespace,
    uid: "pvc1",
    resourceVersion: "41",
    ...(holder === undefined ? {} : { annotations: { "orchestrator.platform/holder": holder } })
  },
  spec: {}
})
const other = (status?: Readonly<Record<string, unknown>>, created = "2026-03-01T08:00:00Z", spec: object = {}) =>
  makeCodeRun({
    metadata: { name: "other", uid: "other-uid", creationTimestamp: created },
    status,
    spec: { ...spec }
  })
const jobOf = (run: string, owner: string, name = jobName, uidOfJob = "j1"): Job => ({
  metadata: {
    name,
    namespace,
    uid: uidOfJob,
    finalizers: [jobFinalizer],
    ownerReferences: [{ apiVersion: "orchestrator.platform/v1", kind: "CodeRun", name: run, uid: owner }]
  },
  spec: { template: { spec: { containers: [] } } }
})
const podOf = (run: string, job: string, phase: "Running" | "Failed" = "Running", jobUid = "j1"): Pod => ({
  metadata: {
    name: `${job}-x`,
    namespace,
    uid: `${job}-pod`,
    labels: { [runUidLabel]: run },
    ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: job, uid: jobUid }]
  },
  spec: { containers: [] },
  status: { phase }
})

describe("whose turn it is", () => {
  const free = { tag: "free" }
  const mine = { tag: "mine" }
  const behindOther = { tag: "waiting", behind: "other" }
  it.effect.each<{ name: string; world: World; want: object }>([
    { name: "nobody is there: this run's", world: { runs: [makeCodeRun()], claims: [claim()] }, want: free },
    { name: "there is no workspace yet: this run's", world: { runs: [makeCodeRun()] }, want: free },
    { name: "this run has it", world: { runs: [makeCodeRun()], claims: [claim(uid)] }, want: mine },
    {
      name: "an older run waits too: that one's",
      world: { runs: [makeCodeRun(), other()], claims: [claim()] },
      want: behindOther
    },
    {
      name: "a younger run waits too: this run's",
      world: { runs: [makeCodeRun(), other(undefined, "2026-03-01T09:30:00Z")], claims: [claim()] },
      want: free
    },
    {
      name: "a run of the same second waits too: by name",
      world: { runs: [makeCodeRun(), other(undefined, "2026-03-01T08:59:00Z")], claims: [claim()] },
      want: free
    },
    {
      name: "an older run of another service waits: this run's",
      world: { runs: [makeCodeRun(), other(undefined, "2026-03-01T08:00:00Z", { service: "web" })], claims: [claim()] },
      want: free
    },
    {
      name: "an older run that is not valid does not stand in line",
      world: { runs: [makeCodeRun(), other(undefined, "2026-03-01T08:00:00Z", { taskId: "x" })], claims: [claim()] },
      want: free
    },
    {
      name: "an older run that is cancelled does not stand in line",
      world: { runs: [makeCodeRun(), other(undefined, "2026-03-01T08:00:00Z", { cancel: true })], claims: [claim()] },
      want: free
    },
    {
      name: "an older run that has ended does not stand in line",
      world: { runs: [makeCodeRun(), other(finished("Failed", "AgentError"))], claims: [claim()] },
      want: free
    },
    {
      name: "another run works in it",
      world: { runs: [makeCodeRun(), other(running(), "2026-03-01T09:30:00Z")], claims: [claim("other-uid")] },
      want: behindOther
    },
    {
      name: "another run has ended, its Job has not",
      world: {
        runs: [makeCodeRun(), other(finished("Failed", "JobLost"))],
        claims: [claim("other-uid")],
        jobs: [jobOf("other", "other-uid")]
      },
      want: behindOther
    },
    {
      name: "another run has ended, its Job is gone, its pod is still saving its work",
      world: {
        runs: [makeCodeRun(), other(finished("Cancelled", "Cancelled"))],
        claims: [claim("other-uid")],
        pods: [podOf("other-uid", "code-other-v1")]
      },
      want: behindOther
    },
    {
      name: "another run was deleted, its pod is still there",
      world: { runs: [makeCodeRun()], claims: [claim("gone-uid")], pods: [podOf("gone-uid", "code-gone-v1")] },
      want: { tag: "waiting", behind: "a deleted run" }
    },
    {
      name: "another run has ended, and so has its pod",
      world: {
        runs: [makeCodeRun(), other(finished("Succeeded", "Delivered"))],
        claims: [claim("other-uid")],
        pods: [podOf("other-uid", "code-other-v1", "Failed")]
      },
      want: free
    },
    {
      name: "another run was deleted long ago",
      world: { runs: [makeCodeRun()], claims: [claim("gone-uid")] },
      want: free
    },
    {
      name: "this run has it, and the pod of its previous attempt is still there although its Job is gone",
      world: {
        runs: [makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Failed", "JobLost") })],
        claims: [claim(uid)],
        pods: [podOf(uid, jobName)]
      },
      want: { tag: "ending" }
    },
    {
      name: "this run has it, and its own pod works",
      world: { runs: [makeCodeRun({ status: running() })], claims: [claim(uid)], pods: [podOf(uid, jobName)] },
      want: mine
    }
  ])(
    "$name",
    ({ want, world }) =>
      Effect.map(observed(world), ({ workspace }) => assert.deepStrictEqual<unknown>(workspace?.turn, want))
  )
})

describe("which Jobs are whose", () => {
  it.effect("its own, and those of a deleted run of its name, are told apart by UID", () =>
    Effect.gen(function*() {
      const { jobs, orphans } = yield* observed({
        runs: [makeCodeRun()],
        jobs: [
          jobOf("api", uid),
          jobOf("api", "former-uid", "code-api-v1-former", "j0"),
          jobOf("other", "other-uid", "x", "j3")
        ]
      })
      assert.deepStrictEqual([jobs.map((job) => job.uid), orphans.map((job) => job.uid)], [["j1"], ["j0"]])
    }))

  it.effect("of a run that is gone all are orphans", () =>
    Effect.gen(function*() {
      const { jobs, orphans, run } = yield* observed({ jobs: [jobOf("api", uid)] })
      assert.deepStrictEqual([run, jobs.length, orphans.length], [undefined, 0, 1])
    }))

  it.effect("a pod that is gone is remembered with its last words", () =>
    Effect.gen(function*() {
      const { jobs } = yield* observed({
        runs: [makeCodeRun()],
        jobs: [jobOf("api", uid)],
        gonePods: { j1: podOf(uid, jobName, "Failed") }
      })
      assert.deepStrictEqual([jobs[0]?.pod?.gone, jobs[0]?.pod?.over], [true, true])
    }))

  it.effect("a pod that is there comes before one that is gone", () =>
    Effect.gen(function*() {
      const { jobs } = yield* observed({
        runs: [makeCodeRun()],
        jobs: [jobOf("api", uid)],
        pods: [podOf(uid, jobName)],
        gonePods: { j1: podOf(uid, jobName, "Failed") }
      })
      assert.deepStrictEqual([jobs[0]?.pod?.gone, jobs[0]?.pod?.over], [false, false])
    }))
})

describe("files", () => {
  const files: ConfigMap = { metadata: { name: jobName, namespace } }
  it.effect.each<{ name: string; world: World; want: { present: boolean; rendered: boolean } }>([
    {
      name: "are rendered for a run without a Job",
      world: { runs: [makeCodeRun()] },
      want: { present: false, rendered: true }
    },
    {
      name: "are rendered for a Job without them",
      world: { runs: [makeCodeRun()], jobs: [jobOf("api", uid)] },
      want: { present: false, rendered: true }
    },
    {
      name: "are not rendered when Job and files are there",
      world: { runs: [makeCodeRun()], jobs: [jobOf("api", uid)], files: [files] },
      want: { present: true, rendered: false }
    },
    {
      name: "are not rendered for a finished run",
      world: { runs: [makeCodeRun({ status: finished("Failed", "AgentError") })] },
      want: { present: false, rendered: false }
    },
    {
      name: "are not rendered for an invalid run",
      world: { runs: [makeCodeRun({ spec: { service: "" } })] },
      want: { present: false, rendered: false }
    }
  ])("$name", ({ want, world }) =>
    Effect.map(
      observed(world),
      ({ files: { present, rendered } }) => assert.deepStrictEqual({ present, rendered: rendered !== undefined }, want)
    ))
})

describe("the session that the next attempt takes up", () => {
  const attempt = (contextVersion: number, sessionId: string | undefined, startedAt: string) => ({
    contextVersion,
    jobName: `code-x-v${contextVersion}`,
    startedAt,
    ...(sessionId === undefined ? {} : { sessionId })
  })
  const withAttempts = (...attempts: ReadonlyArray<object>) => finished("Failed", "AgentError", { attempts })
  const next = makeCodeRun({
    spec: { contextVersion: 3 },
    status: withAttempts(
      attempt(1, "00000000-0000-8000-8000-0000000000a1", "2026-03-01T07:00:00Z"),
      attempt(2, "00000000-0000-8000-8000-0000000000a2", "2026-03-01T07:30:00Z")
    )
  })
  const third = (status: Readonly<Record<string, unknown>>, spec: object = {}) =>
    makeCodeRun({ metadata: { name: "third", uid: "third-uid" }, status, spec: { ...spec } })

  it.effect.each<{ name: string; world: World; want: string | undefined }>([
    { name: "is none where there was none", world: { runs: [makeCodeRun()] }, want: undefined },
    { name: "is its own newest", world: { runs: [next] }, want: "00000000-0000-8000-8000-0000000000a2" },
    {
      name: "is its own, although another run of the service has a newer one",
      world: {
        runs: [next, other(withAttempts(attempt(1, "00000000-0000-8000-8000-0000000000b1", "2026-03-01T08:00:00Z")))]
      },
      want: "00000000-0000-8000-8000-0000000000a2"
    },
    {
      name: "is the newest of the service where it has none of its own",
      world: {
        runs: [
          makeCodeRun(),
          other(
            withAttempts(
              attempt(1, "00000000-0000-8000-8000-0000000000b1", "2026-03-01T08:00:00Z"),
              attempt(2, undefined, "2026-03-01T09:00:00Z")
            )
          ),
          third(withAttempts(attempt(1, "00000000-0000-8000-8000-0000000000c1", "2026-03-01T08:30:00Z")))
        ]
      },
      want: "00000000-0000-8000-8000-0000000000c1"
    },
    {
      name: "is none of another service",
      world: {
        runs: [
          makeCodeRun(),
          third(withAttempts(attempt(1, "00000000-0000-8000-8000-0000000000c1", "2026-03-01T08:30:00Z")), {
            service: "web"
          })
        ]
      },
      want: undefined
    },
    {
      name: "is not looked for while its Job is there",
      world: { runs: [next], jobs: [jobOf("api", uid, "code-api-v3-3f9c2a1b")] },
      want: undefined
    }
  ])(
    "$name",
    ({ want, world }) => Effect.map(observed(world), ({ lastSession }) => assert.strictEqual(lastSession, want))
  )
})

describe("a run's task", () => {
  const other = (changes: Parameters<typeof makeCodeRun>[0] = {}) =>
    makeCodeRun({ ...changes, metadata: { name: "other", uid: "other-uid" } })
  it.effect.each<{ name: string; world: World; want: boolean }>([
    { name: "is its alone where no other run has it", world: { runs: [makeCodeRun()] }, want: false },
    {
      name: "is contested by one of another service",
      world: { runs: [makeCodeRun(), other({ spec: { service: "web" } })] },
      want: true
    },
    {
      name: "is contested by one that names the repository in another way",
      world: {
        runs: [
          makeCodeRun({ spec: { repositoryUrl: "https://git.example.com/acme/api.git" } }),
          other({ spec: { repositoryUrl: "git@git.example.com:acme/api", githubUser: "eve" } })
        ]
      },
      want: true
    },
    {
      name: "is not contested by another task",
      world: { runs: [makeCodeRun(), other({ spec: { taskId: 99 } })] },
      want: false
    },
    {
      name: "is not contested by the task of another repository",
      world: { runs: [makeCodeRun(), other({ spec: { repositoryUrl: "https://git.example.com/acme/web.git" } })] },
      want: false
    },
    {
      name: "is not contested by a run that has ended",
      world: { runs: [makeCodeRun(), other({ status: { phase: "Succeeded", contextVersion: 1 } })] },
      want: false
    }
  ])("$name", ({ want, world }) => Effect.map(observed(world), ({ contested }) => assert.strictEqual(contested, want)))
})

it.effect("files are not rendered while a run waits to go on", () =>
  Effect.map(
    observed({ runs: [makeCodeRun({ status: pausedFor("RateLimited", "1970-01-01T01:00:00Z") })] }),
    ({ files }) => assert.isUndefined(files.rendered)
  ))

it.effect("a DocsRun has no workspace", () =>
  Effect.map(
    observed({ runs: [makeDocsRun()] }, "guide", "DocsRun"),
    ({ run, workspace }) => assert.deepStrictEqual([run?.kind, workspace], ["DocsRun", undefined])
  ))
