/** Runs of strangers in one service, and claims that change hands or vanish under those who work in them. On the memory cluster. */
import { assert, describe, it } from "@effect/vitest"
import { holderAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { tenantMarks, tenantOf, workspaceNames } from "@orchestrator/domain/Tenant"
import { NodeKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { attemptsOf, cluster, codeRun, controller, endless, namespace, pass, verbs, world } from "./World.ts"

const ada = { repositoryUrl: "https://github.com/acme/api.git", githubUser: "ada" }
const eve = { repositoryUrl: "https://github.com/eve/api.git", githubUser: "eve" }
const namesOf = (spec: typeof ada) => workspaceNames(tenantOf({ service: "api", ...spec }))
const [plain = "", ofAda = ""] = namesOf(ada)
const [, ofEve = ""] = namesOf(eve)

const size = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
const oldClaim = (changes: PersistentVolumeClaim["metadata"] = {}): PersistentVolumeClaim => ({
  metadata: {
    name: plain,
    namespace,
    labels: {
      app: "orchestrator",
      component: "workspace",
      service: "api",
      "app.kubernetes.io/managed-by": "orchestrator"
    },
    ...changes
  },
  spec: size
})

const questions = Effect.gen(function*() {
  const { agents, all, client, find, run } = yield* verbs
  return {
    /** Claim by run, of the agents that ever started. */
    worked: Effect.map(agents, (started) =>
      started.map(({ env, pod }) => [
        env["RUN_NAME"],
        pod.spec.volumes?.find(({ name }) => name === "workspace")?.persistentVolumeClaim?.claimName
      ])),
    live: Effect.map(all(PodKind), (pods) => pods.filter(({ status }) => status?.phase === "Running").length),
    status: (name: string) => Effect.map(run(name), ({ status }) => status),
    claim: (name: string) => find(PersistentVolumeClaimKind, name),
    plant: (claim: PersistentVolumeClaim) => client.create(PersistentVolumeClaimKind, claim),
    drop: (name: string) => client.delete(PersistentVolumeClaimKind, { name, namespace }),
    cordon: (unschedulable: boolean) =>
      client.patch(NodeKind, { name: "node" }, { type: "merge", body: { spec: { unschedulable } } })
  }
})

describe("somebody else's run of the same service", () => {
  it.effect("works in another claim, at the same time, and each status names its own", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { claim, live, status, worked } = yield* questions
      yield* create(codeRun("mine", ada))
      yield* pass("2 seconds")
      yield* create(codeRun("theirs", eve))
      yield* pass("4 seconds")
      assert.strictEqual(yield* live, 2)
      yield* pass("20 seconds")
      assert.deepStrictEqual(yield* worked, [["mine", plain], ["theirs", ofEve]])
      assert.strictEqual((yield* status("mine"))?.["workspace"], plain)
      assert.strictEqual((yield* status("theirs"))?.["workspace"], ofEve)
      assert.deepStrictEqual(JSON.parse((yield* claim(ofEve))?.metadata.annotations?.[tenantAnnotation] ?? ""), {
        service: "api",
        repository: "github.com/eve/api",
        githubUser: "eve"
      })
    }).pipe(Effect.provide(world())))

  it.effect("created in the same moment, shares nothing with it either, whoever wins the plain name", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { worked } = yield* questions
      yield* Effect.all([create(codeRun("mine", ada)), create(codeRun("theirs", eve))], { concurrency: 2 })
      yield* pass("20 seconds")
      const claims = new Map((yield* worked).map(([run, claim]) => [run, claim]))
      assert.strictEqual(claims.size, 2)
      assert.notStrictEqual(claims.get("mine"), claims.get("theirs"))
      assert.include([plain, ofAda], claims.get("mine"))
      assert.include([plain, ofEve], claims.get("theirs"))
    }).pipe(Effect.provide(world())))

  it.effect("with continueSession is told no session of ours", () =>
    Effect.gen(function*() {
      const { agents, create } = yield* verbs
      yield* create(codeRun("mine", ada))
      yield* pass("20 seconds")
      yield* create(codeRun("theirs", { ...eve, continueSession: true }))
      yield* create(codeRun("ours", { ...ada, continueSession: true }))
      yield* pass("40 seconds")
      const sessions = new Map((yield* agents).map(({ env }) => [env["RUN_NAME"], env["RESUME_SESSION_ID"]]))
      const ours = (yield* agents).find(({ env }) => env["RUN_NAME"] === "mine")?.env["SESSION_ID"]
      assert.strictEqual(sessions.get("ours"), ours)
      assert.isUndefined(sessions.get("theirs"))
    }).pipe(Effect.provide(world())))

  it.effect.each([
    { name: "the same repository as another user", spec: { ...ada, githubUser: "eve" } },
    { name: "another repository as the same user", spec: { ...ada, repositoryUrl: eve.repositoryUrl } },
    { name: "the repository by plain http", spec: { ...ada, repositoryUrl: "http://github.com/acme/api" } }
  ])("is somebody else's with $name", ({ spec }) =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { worked } = yield* questions
      yield* create(codeRun("mine", ada))
      yield* pass("1 second")
      yield* create(codeRun("theirs", spec))
      yield* pass("40 seconds")
      assert.isTrue((yield* worked).every(([run, claim]) => run === "mine" ? claim === plain : claim !== plain))
    }).pipe(Effect.provide(world({ config: { git: { allowedProtocols: ["https", "http"] } } }))))

  it.effect("does not stand in our line", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { status } = yield* questions
      yield* create(codeRun("mine", ada))
      yield* pass("1 second")
      yield* create(codeRun("theirs", eve))
      yield* create(codeRun("waits", ada))
      yield* pass("3 seconds")
      assert.strictEqual((yield* status("waits"))?.["message"], `Waiting for workspace ${plain}.`)
      assert.strictEqual((yield* status("theirs"))?.["phase"], "Running")
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect("with shared access works beside us, not with us; our own still do", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { live, worked } = yield* questions
      yield* create(codeRun("mine", ada))
      yield* create(codeRun("mine-too", ada))
      yield* create(codeRun("theirs", eve))
      yield* pass("5 seconds")
      assert.strictEqual(yield* live, 3)
      const claims = new Map((yield* worked).map(([run, claim]) => [run, claim]))
      assert.strictEqual(claims.get("mine"), claims.get("mine-too"))
      assert.notStrictEqual(claims.get("mine"), claims.get("theirs"))
    }).pipe(Effect.provide(world({ config: { storage: { access: "Shared" } } }))))
})

describe("a run keeps its claim", () => {
  it.effect("the retry of a hashed one works there again, also when the plain name is free by then", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      const { drop, worked } = yield* questions
      yield* create(codeRun("mine", ada))
      yield* pass("20 seconds")
      yield* create(codeRun("theirs", eve))
      yield* pass("20 seconds")
      yield* drop(plain)
      yield* edit("theirs", { contextVersion: 2 })
      yield* pass("20 seconds")
      assert.deepStrictEqual((yield* worked).slice(1), [["theirs", ofEve], ["theirs", ofEve]])
    }).pipe(Effect.provide(world())))

  it.effect("an edited repository leads the next attempt elsewhere, and the one that runs stays where it is", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      const { status, worked } = yield* questions
      yield* create(codeRun("mine", ada))
      yield* pass("3 seconds")
      yield* edit("mine", eve)
      yield* pass("3 seconds")
      assert.strictEqual((yield* status("mine"))?.["workspace"], plain)
      yield* edit("mine", { contextVersion: 2 })
      yield* pass("30 seconds")
      assert.deepStrictEqual(yield* worked, [["mine", plain], ["mine", ofEve]])
      assert.strictEqual((yield* status("mine"))?.["workspace"], ofEve)
    }).pipe(Effect.provide(world())))

  it.effect("however often the controller is started anew on its way", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { plant, worked } = yield* questions
      yield* plant(oldClaim(tenantMarks(tenantOf({ service: "api", ...eve }))))
      yield* create(codeRun("mine", ada))
      for (let start = 0; start < 25; start++) {
        yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("1 second")))
      }
      assert.deepStrictEqual(yield* worked, [["mine", ofAda]])
    }).pipe(Effect.provide(cluster())))
})

describe("a claim of the version before, which says nothing of its tenant", () => {
  it.effect("is adopted by the write that leases it: one write, as ever", () =>
    Effect.gen(function*() {
      const { create, forget, requests } = yield* verbs
      const { claim, plant, worked } = yield* questions
      yield* plant(oldClaim())
      // In its first minute the process does not know what one before it has sent.
      yield* pass("70 seconds", "10 seconds")
      yield* forget
      yield* create(codeRun("mine", ada))
      yield* pass("20 seconds")
      assert.lengthOf((yield* requests).filter((request) => request.endsWith("PersistentVolumeClaim")), 1)
      // Nobody can name the run that held it last: so Jobs and pods are read once.
      assert.deepStrictEqual((yield* requests).slice(0, 2), ["list Job", "list Pod"])
      assert.lengthOf(yield* requests, 8)
      assert.deepStrictEqual(yield* worked, [["mine", plain]])
      const { annotations, labels } = (yield* claim(plain))?.metadata ?? {}
      assert.include(annotations?.[tenantAnnotation], "github.com/acme/api")
      assert.strictEqual(labels?.["github-user"], "ada")
    }).pipe(Effect.provide(world())))

  it.effect("is not the first stranger's while the run that held it last is known", () =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      const { plant, worked } = yield* questions
      yield* create(codeRun("held", { ...ada, cancel: true }))
      // As long as a Job that a controller before this one has sent could still come.
      yield* pass("62 seconds", "2 seconds")
      yield* plant(oldClaim({ annotations: { [holderAnnotation]: (yield* run("held")).metadata.uid ?? "" } }))
      yield* create(codeRun("theirs", eve))
      yield* pass("20 seconds")
      yield* create(codeRun("mine", ada))
      yield* pass("20 seconds")
      assert.deepStrictEqual(yield* worked, [["theirs", ofEve], ["mine", plain]])
    }).pipe(Effect.provide(world())))

  it.effect("is adopted once, by one of two strangers, with shared access as well", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { plant, worked } = yield* questions
      yield* plant(oldClaim())
      yield* create(codeRun("mine", ada))
      yield* create(codeRun("theirs", eve))
      yield* pass("20 seconds")
      const claims = (yield* worked).map(([, claim]) => claim)
      assert.lengthOf(new Set(claims), 2)
      assert.include(claims, plain)
    }).pipe(Effect.provide(world({ config: { storage: { access: "Shared" } } }))))
})

describe("forged by somebody who may write claims", () => {
  it.effect.each([
    { attack: "no JSON", annotations: { [tenantAnnotation]: "ada" } },
    { attack: "an empty text", annotations: { [tenantAnnotation]: "" } },
    { attack: "another tenant's name", annotations: tenantMarks(tenantOf({ service: "api", ...eve })).annotations }
  ])("a plain claim with $attack keeps nobody from working", ({ annotations }) =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { plant, status, worked } = yield* questions
      yield* plant(oldClaim({ annotations }))
      yield* create(codeRun("mine", ada))
      yield* pass("20 seconds")
      assert.deepStrictEqual(yield* worked, [["mine", ofAda]])
      assert.strictEqual((yield* status("mine"))?.["phase"], "Succeeded")
    }).pipe(Effect.provide(world())))

  it.effect("labels alone make no claim anybody's", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { plant, worked } = yield* questions
      const { annotations } = tenantMarks(tenantOf({ service: "api", ...eve }))
      yield* plant(oldClaim({ labels: tenantMarks(tenantOf({ service: "api", ...ada })).labels, annotations }))
      yield* create(codeRun("mine", ada))
      yield* pass("20 seconds")
      assert.deepStrictEqual(yield* worked, [["mine", ofAda]])
    }).pipe(Effect.provide(world())))

  it.effect("all names of a tenant: its runs end with the reason, and take nobody's", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { plant, status, worked } = yield* questions
      for (const name of namesOf(ada)) {
        yield* plant(oldClaim({ name, ...tenantMarks(tenantOf({ service: "api", ...eve })) }))
      }
      yield* create(codeRun("mine", ada))
      yield* pass("20 seconds")
      assert.strictEqual((yield* status("mine"))?.["reason"], "NameCollision")
      assert.include(String((yield* status("mine"))?.["message"]), plain)
      assert.lengthOf(yield* worked, 0)
    }).pipe(Effect.provide(world())))

  it.effect("labels and annotations that are taken off while the agent works end nothing", () =>
    Effect.gen(function*() {
      const { client, create } = yield* verbs
      const { status } = yield* questions
      yield* create(codeRun("first", ada))
      yield* pass("3 seconds")
      yield* client.patch(PersistentVolumeClaimKind, { name: plain, namespace }, {
        type: "merge",
        body: { metadata: { labels: null, annotations: null } }
      })
      yield* pass("20 seconds")
      assert.strictEqual((yield* status("first"))?.["phase"], "Succeeded")
    }).pipe(Effect.provide(world())))

  it.effect("a holder that is taken off while the agent works lets no second one in", () =>
    Effect.gen(function*() {
      const { client, create } = yield* verbs
      const { live, status } = yield* questions
      yield* create(codeRun("first", ada))
      yield* pass("3 seconds")
      yield* client.patch(PersistentVolumeClaimKind, { name: plain, namespace }, {
        type: "merge",
        body: { metadata: { annotations: { [holderAnnotation]: null } } }
      })
      yield* create(codeRun("second", ada))
      yield* pass("5 seconds")
      assert.strictEqual(yield* live, 1)
      assert.strictEqual((yield* status("second"))?.["message"], `Waiting for workspace ${plain}.`)
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect("a holder that is set to the next run while the agent works lets that one wait all the same", () =>
    Effect.gen(function*() {
      const { client, create, run } = yield* verbs
      const { live, status } = yield* questions
      yield* create(codeRun("first", ada))
      yield* pass("3 seconds")
      yield* create(codeRun("second", ada))
      yield* client.patch(PersistentVolumeClaimKind, { name: plain, namespace }, {
        type: "merge",
        body: { metadata: { annotations: { [holderAnnotation]: (yield* run("second")).metadata.uid } } }
      })
      yield* pass("5 seconds")
      assert.strictEqual(yield* live, 1)
      assert.strictEqual((yield* status("second"))?.["reason"], "WaitingForWorkspace")
    }).pipe(Effect.provide(world({ script: endless }))))
})

describe("a claim that is deleted", () => {
  it.effect("before its run's pod has a node is made again for that run, and the next run waits for it", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { claim, cordon, drop, live, status, worked } = yield* questions
      yield* pass("1 second")
      yield* cordon(true)
      yield* create(codeRun("a", ada))
      yield* pass("2 seconds")
      const before = (yield* claim(plain))?.metadata.uid
      yield* drop(plain)
      yield* create(codeRun("b", ada))
      yield* pass("3 seconds")
      assert.strictEqual((yield* status("b"))?.["message"], `Waiting for workspace ${plain}.`)
      const again = yield* claim(plain)
      assert.notStrictEqual(again?.metadata.uid, before)
      assert.isDefined(again?.metadata.annotations?.[tenantAnnotation])
      yield* cordon(false)
      for (let second = 0; second < 40; second++) {
        yield* pass("1 second")
        assert.isAtMost(yield* live, 1)
      }
      assert.deepStrictEqual(yield* worked, [["a", plain], ["b", plain]])
      assert.strictEqual((yield* status("a"))?.["phase"], "Succeeded")
      assert.strictEqual((yield* status("b"))?.["phase"], "Succeeded")
    }).pipe(Effect.provide(world())))

  it.effect("before its run's pod has a node does not fall to a stranger either", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { cordon, drop, worked } = yield* questions
      yield* pass("1 second")
      yield* cordon(true)
      yield* create(codeRun("a", ada))
      yield* pass("2 seconds")
      yield* drop(plain)
      yield* create(codeRun("b", eve))
      yield* pass("3 seconds")
      yield* cordon(false)
      yield* pass("40 seconds")
      assert.deepStrictEqual(
        new Map((yield* worked).map(([run, claim]) => [run, claim])),
        new Map([["a", plain], ["b", ofEve]])
      )
    }).pipe(Effect.provide(world())))

  it.effect("while an agent works stays until it has ended; the next run waits and gets a new one", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const { claim, drop, live, status, worked } = yield* questions
      yield* create(codeRun("a", ada))
      yield* pass("3 seconds")
      const before = (yield* claim(plain))?.metadata.uid
      yield* drop(plain)
      yield* create(codeRun("b", ada))
      for (let second = 0; second < 40; second++) {
        yield* pass("1 second")
        assert.isAtMost(yield* live, 1)
      }
      assert.deepStrictEqual(yield* worked, [["a", plain], ["b", plain]])
      assert.strictEqual((yield* status("b"))?.["phase"], "Succeeded")
      assert.notStrictEqual((yield* claim(plain))?.metadata.uid, before)
    }).pipe(Effect.provide(world())))

  it.effect("but kept by a foreign finalizer is waited for, with shared access too, and said so", () =>
    Effect.gen(function*() {
      const { client, create } = yield* verbs
      const { drop, plant, status } = yield* questions
      yield* plant(oldClaim({
        ...tenantMarks(tenantOf({ service: "api", ...ada })),
        finalizers: ["example.com/backup"]
      }))
      yield* drop(plain)
      yield* create(codeRun("mine", ada))
      yield* pass("5 seconds")
      assert.strictEqual(
        (yield* status("mine"))?.["message"],
        `Waiting for workspace ${plain} to be deleted; a new one is created then.`
      )
      yield* client.patch(PersistentVolumeClaimKind, { name: plain, namespace }, {
        type: "merge",
        body: { metadata: { finalizers: [] } }
      })
      yield* pass("20 seconds")
      assert.strictEqual((yield* status("mine"))?.["phase"], "Succeeded")
      assert.lengthOf(attemptsOf(yield* status("mine")), 1)
    }).pipe(Effect.provide(world({ config: { storage: { access: "Shared" } } }))))
})
