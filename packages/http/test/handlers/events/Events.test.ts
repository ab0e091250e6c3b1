import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer, Queue, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import type { RunStreamEvent } from "../../../src/contract/RunEvents.ts"
import { Stopping } from "../../../src/services/Stopping.ts"
import { makeCodeRun, makeDocsRun, namespace } from "../../fixtures/Runs.ts"
import { addUser, TestAccess } from "../../fixtures/TestAccess.ts"
import { ask, layerOver, store, TestApi } from "../../fixtures/TestApi.ts"

interface Following {
  readonly token?: string
  readonly after?: string | undefined
  readonly query?: { readonly kind?: "CodeRun" | "DocsRun"; readonly phase?: "Running"; readonly service?: string }
}

/** The events of a stream, one after the other, and whether it has ended. */
const follow = Effect.fnUntraced(function*({ after, query = {}, token }: Following = {}) {
  const http = yield* HttpClient.HttpClient
  const { events } = yield* OrchestratorClient.pipe(
    Effect.provide(OrchestratorClient.layerWith({
      baseUrl: "http://localhost",
      ...(token === undefined ? {} : { token: Redacted.make(token) })
    })),
    Effect.provideService(HttpClient.HttpClient, http)
  )
  const stream = yield* events.follow({ query, headers: after === undefined ? {} : { "last-event-id": after } })
  const received = yield* Queue.unbounded<RunStreamEvent | "over">()
  yield* stream.pipe(
    Stream.runForEach((event) => Queue.offer(received, event)),
    Effect.ensuring(Queue.offer(received, "over")),
    Effect.forkScoped
  )
  return { next: Queue.take(received), left: Queue.clear(received) }
})

const said = (event: RunStreamEvent | "over"): string => {
  if (event === "over") return event
  if (event.event === "run") {
    return `${event.data.change} ${event.data.run.kind}/${event.data.run.name} ${event.data.run.phase}`
  }
  return event.event === "heartbeat" ? event.event : `${event.event} ${event.data.reason}`
}

const idOf = (event: RunStreamEvent | "over"): string => event !== "over" && "id" in event ? event.id ?? "" : ""

const tooOld = new KubernetesError({
  operation: "watch",
  ref: "docsruns",
  reason: { _tag: "Gone", message: "too old" }
})

const phase = (name: string, phase: string) =>
  Effect.flatMap(
    KubernetesClient,
    (client) => client.patchStatus(CodeRunKind, { name, namespace }, { type: "merge", body: { status: { phase } } })
  )

describe("the stream of events", () => {
  it.effect("begins with a reset, and then tells every change of both kinds as lists have it", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      yield* store(CodeRunKind, makeCodeRun("old"))
      const { next } = yield* follow()
      const first = yield* next
      assert.deepInclude(first, { event: "reset", data: { reason: "begin", kinds: ["CodeRun", "DocsRun"] } })
      yield* store(CodeRunKind, makeCodeRun("a"))
      const made = yield* next
      assert.strictEqual(said(made), "set CodeRun/a Pending")
      const { codeRuns } = yield* OrchestratorClient
      const listed = yield* codeRuns.list({ query: { q: "a" } })
      assert.deepStrictEqual(
        made !== "over" && made.event === "run" ? made.data.run : undefined,
        listed.items.find(({ name }) => name === "a")
      )
      yield* store(DocsRunKind, makeDocsRun("d"))
      yield* phase("old", "Running")
      yield* client.delete(CodeRunKind, { name: "a", namespace })
      assert.deepStrictEqual(
        [said(yield* next), said(yield* next), said(yield* next)],
        ["set DocsRun/d Pending", "set CodeRun/old Running", "removed CodeRun/a Pending"]
      )
    }).pipe(Effect.scoped, Effect.provide(TestApi)))

  it.effect("goes on after any of its events, with all that came since and nothing twice", () =>
    Effect.gen(function*() {
      const whole = yield* follow()
      const begin = yield* whole.next
      for (const name of ["a", "b", "c"]) yield* store(CodeRunKind, makeCodeRun(name))
      yield* store(DocsRunKind, makeDocsRun("d"))
      const events = yield* Effect.replicateEffect(whole.next, 4)
      const resumed = yield* Effect.forEach([begin, ...events], (event) => follow({ after: idOf(event) }))
      for (const [index, { next }] of resumed.entries()) {
        assert.deepStrictEqual(yield* Effect.replicateEffect(next, 4 - index), events.slice(index))
      }
      yield* store(CodeRunKind, makeCodeRun("e"))
      for (const { next } of resumed) assert.strictEqual(said(yield* next), "set CodeRun/e Pending")
    }).pipe(Effect.scoped, Effect.provide(TestApi)))

  it.effect.each(["", "nonsense", "coderuns:1", "coderuns:99999,docsruns:99999"])(
    "says that it cannot go on after %j, and from where it tells everything",
    (after) =>
      Effect.gen(function*() {
        const { next } = yield* follow({ after })
        const reset = yield* next
        assert.match(said(reset), /^reset (begin|expired)$/)
        yield* store(CodeRunKind, makeCodeRun("a"))
        const again = yield* follow({ after: idOf(reset) })
        assert.deepStrictEqual(yield* again.next, yield* next)
      }).pipe(Effect.scoped, Effect.provide(TestApi))
  )

  it.effect("goes on at another replica that has heard of as much, and begins anew at one that has not", () =>
    Effect.gen(function*() {
      const cluster = Layer.succeed(KubernetesClient, yield* KubernetesClient)
      const first = yield* follow()
      yield* first.next
      yield* Effect.gen(function*() {
        const warm = yield* follow()
        yield* warm.next
        yield* store(CodeRunKind, makeCodeRun("a"))
        const after = idOf(yield* first.next)
        yield* store(CodeRunKind, makeCodeRun("b"))
        const want = yield* first.next
        const { next } = yield* follow({ after })
        assert.deepStrictEqual(yield* next, want)
        const replica = yield* Layer.build(Layer.fresh(layerOver(cluster)))
        const cold = yield* Effect.provide(follow({ after }), replica)
        assert.strictEqual(said(yield* cold.next), "reset expired")
      }).pipe(Effect.provide(layerOver(cluster)))
    }).pipe(Effect.scoped, Effect.provide(TestApi)))

  it.effect("tells of what is asked for, and that a run is no longer among it", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a"))
      yield* store(CodeRunKind, makeCodeRun("b", { spec: { service: "orders" } }))
      const running = yield* follow({ query: { phase: "Running" } })
      const payments = yield* follow({ query: { service: "payments" } })
      const docs = yield* follow({ query: { kind: "DocsRun" } })
      yield* Effect.forEach([running, payments, docs], ({ next }) => next)
      yield* phase("a", "Running")
      yield* phase("b", "Running")
      yield* phase("a", "Succeeded")
      yield* store(DocsRunKind, makeDocsRun("d"))
      yield* phase("b", "Succeeded")
      assert.deepStrictEqual((yield* Effect.replicateEffect(running.next, 4)).map(said), [
        "set CodeRun/a Running",
        "set CodeRun/b Running",
        "removed CodeRun/a Succeeded",
        "removed CodeRun/b Succeeded"
      ])
      assert.deepStrictEqual((yield* Effect.replicateEffect(payments.next, 2)).map(said), [
        "set CodeRun/a Running",
        "set CodeRun/a Succeeded"
      ])
      assert.strictEqual(said(yield* docs.next), "set DocsRun/d Pending")
    }).pipe(Effect.scoped, Effect.provide(TestApi)))

  it.effect("beats where nothing happens, with an id to go on from", () =>
    Effect.gen(function*() {
      const { next } = yield* follow()
      yield* next
      yield* TestClock.adjust("15 seconds")
      const beat = yield* next
      assert.strictEqual(said(beat), "heartbeat")
      yield* store(CodeRunKind, makeCodeRun("a"))
      const again = yield* follow({ after: idOf(beat) })
      assert.strictEqual(said(yield* again.next), "set CodeRun/a Pending")
    }).pipe(Effect.scoped, Effect.provide(TestApi)))

  it.effect("begins anew for everybody where the cluster cannot tell of every change", () =>
    Effect.gen(function*() {
      const lost = yield* Queue.unbounded<void>()
      const client = yield* KubernetesClient
      const forgetful = Layer.succeed(KubernetesClient, {
        ...client,
        watch: (kind, options) =>
          kind.kind === "DocsRun"
            ? Stream.merge(client.watch(kind, options), Stream.fromEffect(Effect.andThen(Queue.take(lost), tooOld)))
            : client.watch(kind, options)
      })
      yield* Effect.gen(function*() {
        const { next } = yield* follow()
        yield* next
        yield* store(CodeRunKind, makeCodeRun("a"))
        const after = idOf(yield* next)
        yield* Queue.offer(lost, undefined)
        yield* TestClock.adjust("1 seconds")
        const reset = yield* next
        assert.strictEqual(said(reset), "reset gap")
        const late = yield* follow({ after })
        assert.strictEqual(said(yield* late.next), "reset expired")
        yield* store(DocsRunKind, makeDocsRun("d"))
        assert.strictEqual(said(yield* next), "set DocsRun/d Pending")
      }).pipe(Effect.provide(layerOver(forgetful)))
    }).pipe(Effect.scoped, Effect.provide(layerMemory)))

  it.effect("says that the server stops, and ends", () =>
    Effect.gen(function*() {
      const { next } = yield* follow()
      yield* next
      yield* Effect.flatMap(Stopping, ({ stop }) => stop)
      assert.deepStrictEqual([said(yield* next), yield* next], ["end stopping", "over"])
    }).pipe(Effect.scoped, Effect.provide(TestApi)))

  it.effect("is one list-and-watch of each kind, however many listen, and none minutes after the last", () =>
    Effect.gen(function*() {
      const { countOf, resetCounts } = yield* EmbeddedStore
      yield* resetCounts
      yield* Effect.scoped(Effect.gen(function*() {
        const listeners = yield* Effect.replicateEffect(follow(), 20)
        yield* Effect.forEach(listeners, ({ next }) => next)
        assert.strictEqual(yield* countOf("watch", CodeRunKind), 1)
        assert.strictEqual(yield* countOf("watch", DocsRunKind), 1)
      }))
      yield* TestClock.adjust("10 minutes")
      yield* resetCounts
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* countOf("watch", CodeRunKind), 0)
    }).pipe(Effect.provide(TestApi)))
})

const mayList = (...plurals: ReadonlyArray<string>) => (asked: string) =>
  plurals.some((plural) => asked.startsWith(`list ${plural}`))

describe("the rights of who listens", () => {
  it.effect("decide of which kinds is told", () =>
    Effect.gen(function*() {
      yield* addUser("jane", mayList("coderuns"))
      const { next } = yield* follow({ token: "jane" })
      const reset = yield* next
      assert.deepInclude(reset, { event: "reset", data: { reason: "begin", kinds: ["CodeRun"] }, id: idOf(reset) })
      assert.notInclude(idOf(reset), "docsruns")
      yield* store(DocsRunKind, makeDocsRun("d"))
      yield* store(CodeRunKind, makeCodeRun("a"))
      assert.strictEqual(said(yield* next), "set CodeRun/a Pending")
      const refused = yield* Effect.flip(follow({ token: "jane", query: { kind: "DocsRun" } }))
      assert.deepInclude(refused, { _tag: "PermissionMissing" })
    }).pipe(Effect.scoped, Effect.provide(TestAccess)))

  it.effect("are needed for one kind at least, and are named", () =>
    Effect.gen(function*() {
      yield* addUser("jane", mayList("secrets"))
      const reply = yield* ask("GET", "/api/v1/events", { headers: { authorization: "Bearer jane" } })
      assert.strictEqual(reply.status, 403)
      assert.deepStrictEqual(reply.json.missing.map(({ resource }) => resource), [
        "coderuns.orchestrator.platform",
        "docsruns.orchestrator.platform"
      ])
      assert.strictEqual((yield* ask("GET", "/api/v1/events")).status, 401)
    }).pipe(Effect.provide(TestAccess)))

  it.effect("that come later are told of by a reset, and not by a resumed stream that lacks the list", () =>
    Effect.gen(function*() {
      let plurals = ["coderuns"]
      yield* addUser("jane", (asked) => mayList(...plurals)(asked))
      const first = yield* follow({ token: "jane" })
      const after = idOf(yield* first.next)
      plurals = ["coderuns", "docsruns"]
      yield* TestClock.adjust("10 seconds")
      const { next } = yield* follow({ token: "jane", after })
      assert.strictEqual(said(yield* next), "reset begin")
    }).pipe(Effect.scoped, Effect.provide(TestAccess)))

  it.effect("that are taken away end the stream before the next change is told", () =>
    Effect.gen(function*() {
      let may = true
      yield* addUser("jane", () => may)
      const { next } = yield* follow({ token: "jane" })
      yield* next
      yield* store(CodeRunKind, makeCodeRun("a"))
      assert.strictEqual(said(yield* next), "set CodeRun/a Pending")
      may = false
      yield* TestClock.adjust("10 seconds")
      yield* store(CodeRunKind, makeCodeRun("b"))
      assert.deepStrictEqual([said(yield* next), yield* next], ["end revoked", "over"])
    }).pipe(Effect.scoped, Effect.provide(TestAccess)))

  it.effect("are looked at every minute or two where nothing is told", () =>
    Effect.gen(function*() {
      let may = true
      yield* addUser("jane", () => may)
      const { left, next } = yield* follow({ token: "jane" })
      yield* next
      may = false
      yield* TestClock.adjust("2 minutes")
      const events = yield* left
      assert.deepStrictEqual(events.map(said).filter((each) => each !== "heartbeat"), ["end revoked", "over"])
    }).pipe(Effect.scoped, Effect.provide(TestAccess)))
})
