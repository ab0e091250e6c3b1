import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Logger, References } from "effect"
import { makeCodeRun, makeDocsRun, namespace } from "../fixtures/Runs.ts"
import { addUser, askAs, TestAccess } from "../fixtures/TestAccess.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const storeAll = Effect.gen(function*() {
  yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", contextVersion: 1 } }))
  yield* store(CodeRunKind, makeCodeRun("b", { status: { phase: "Failed", contextVersion: 1 } }))
  yield* store(CodeRunKind, makeCodeRun("c", { spec: { service: "billing" } }))
})

const specOf = (name: string) =>
  Effect.flatMap(
    KubernetesClient,
    (client) => Effect.map(client.get(CodeRunKind, { name, namespace }), ({ spec }) => spec)
  )

const versions = Effect.map(
  Effect.forEach(["a", "b", "c"], specOf),
  (specs) => specs.map(({ cancel, contextVersion }) => [contextVersion, cancel])
)

interface Answer {
  readonly dryRun: boolean
  readonly continue?: string
  readonly items: ReadonlyArray<{
    readonly name: string
    readonly result: string
    readonly successor?: string
    readonly problem?: {
      readonly type: string
      readonly status: number
      readonly detail: string
      readonly hint: string
    }
  }>
}

const bulk = (path: string, body: object) =>
  Effect.map(ask("POST", `/api/v1/${path}`, { body }), ({ status, text }) => {
    assert.strictEqual(status, 200, text)
    const answer: Answer = JSON.parse(text)
    return answer
  })

const told = ({ items }: Answer) =>
  items.map(({ name, problem, result }) => [name, problem === undefined ? result : `${result} ${problem.status}`])

describe("cancelling many runs", () => {
  it.effect("cancels those that the selector means, and says why others were left", () =>
    Effect.gen(function*() {
      yield* storeAll
      const answer = yield* bulk("code-runs/cancel", { selector: { service: "payments" } })
      assert.deepStrictEqual(told(answer), [["a", "done"], ["b", "refused 409"]])
      assert.strictEqual(answer.items[1]?.problem?.type, "urn:orchestrator:problem:run-finished")
      assert.isNotEmpty(answer.items[1]?.problem?.hint)
      assert.deepStrictEqual(yield* versions, [[1, true], [1, false], [1, false]])
    }).pipe(Effect.provide(TestApi)))

  it.effect("cancels those that are named, each once, and says who is not there", () =>
    Effect.gen(function*() {
      yield* storeAll
      const answer = yield* bulk("code-runs/cancel", { selector: {}, names: ["c", "gone", "b", "c"] })
      assert.deepStrictEqual(told(answer), [["c", "done"], ["gone", "refused 404"], ["b", "refused 409"]])
      assert.deepStrictEqual(yield* versions, [[1, false], [1, false], [1, true]])
    }).pipe(Effect.provide(TestApi)))

  it.effect("as a dry run answers the same and does nothing", () =>
    Effect.gen(function*() {
      yield* storeAll
      const answer = yield* bulk("code-runs/cancel", { selector: {}, all: true, dryRun: true })
      assert.isTrue(answer.dryRun)
      assert.deepStrictEqual(told(answer), [["a", "done"], ["b", "refused 409"], ["c", "done"]])
      assert.deepStrictEqual(yield* versions, [[1, false], [1, false], [1, false]])
    }).pipe(Effect.provide(TestApi)))

  it.effect.each<readonly [body: object, path: string]>([
    [{}, "selector"],
    [{ selector: {} }, "selector"],
    [{ selector: {}, all: false }, "selector"],
    [{ selector: { label: [] } }, "selector.label"],
    [{ selector: { phase: "Done" } }, "selector.phase"],
    [{ selector: { continue: "x" } }, "selector.continue"],
    [{ selector: { phase: "Running" }, limit: 501 }, "limit"],
    [{ selector: { phase: "Running" }, names: ["a"] }, "names"],
    [{ selector: {}, all: true, names: ["a"] }, "names"],
    [{ selector: {}, names: [] }, "names"],
    [{ selector: {}, names: ["A/b"] }, "names"]
  ])("%j is refused by its field, and nothing is done", ([body, path]) =>
    Effect.gen(function*() {
      yield* storeAll
      const { json, status } = yield* ask("POST", "/api/v1/code-runs/cancel", { body })
      assert.strictEqual(status, 422)
      assert.isTrue(json.errors.every((error) => error.path.startsWith(path)), JSON.stringify(json.errors))
      assert.deepStrictEqual(yield* versions, [[1, false], [1, false], [1, false]])
    }).pipe(Effect.provide(TestApi)))

  it.effect("does no more than the limit at a time, and goes on with the rest", () =>
    Effect.gen(function*() {
      yield* storeAll
      const request = { selector: { githubUser: "octocat" }, limit: 2 }
      const first = yield* bulk("code-runs/cancel", request)
      assert.deepStrictEqual(told(first), [["a", "done"], ["b", "refused 409"]])
      const second = yield* bulk("code-runs/cancel", { ...request, continue: first.continue })
      assert.deepStrictEqual([told(second), second.continue], [[["c", "done"]], undefined])
    }).pipe(Effect.provide(TestApi)))

  it.effect("a run of the name `cancel` is cancelled like any other", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("cancel", { status: { phase: "Running", contextVersion: 1 } }))
      assert.strictEqual((yield* ask("POST", "/api/v1/code-runs/cancel/cancel")).status, 200)
      assert.strictEqual((yield* specOf("cancel"))["cancel"], true)
    }).pipe(Effect.provide(TestApi)))
})

describe("trying many runs again", () => {
  it.effect("starts the next attempt of each that has ended, with the same hint", () =>
    Effect.gen(function*() {
      yield* storeAll
      const answer = yield* bulk("code-runs/retry", {
        selector: { githubUser: "octocat" },
        promptModification: "Mind the tests"
      })
      assert.deepStrictEqual(told(answer), [["a", "refused 409"], ["b", "done"], ["c", "refused 409"]])
      assert.deepStrictEqual(yield* versions, [[1, false], [2, false], [1, false]])
      assert.strictEqual((yield* specOf("b"))["promptModification"], "Mind the tests")
    }).pipe(Effect.provide(TestApi)))

  it.effect("names the successors of runs that have no versions; as a dry run none is made", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const names = Effect.map(
        client.list(DocsRunKind, { namespace }),
        ({ items }) => items.map(({ metadata }) => metadata.name)
      )
      yield* store(DocsRunKind, makeDocsRun("d", { status: { phase: "Failed" } }))
      const selector = { phase: "Failed" }
      const tried = yield* bulk("docs-runs/retry", { selector, dryRun: true })
      assert.deepStrictEqual(yield* names, ["d"])
      const done = yield* bulk("docs-runs/retry", { selector })
      assert.deepStrictEqual([told(tried), told(done)], [[["d", "done"]], [["d", "done"]]])
      assert.deepStrictEqual(yield* names, ["d", done.items[0]?.successor])
      assert.strictEqual(tried.items[0]?.successor, done.items[0]?.successor)
    }).pipe(Effect.provide(TestApi)))
})

describe("rights to change many runs", () => {
  const body = { selector: { githubUser: "octocat" } }

  it.effect("whoever may not list runs learns nothing and changes nothing", () =>
    Effect.gen(function*() {
      yield* storeAll
      yield* addUser("blind", (asked) => asked !== "list coderuns")
      assert.strictEqual((yield* askAs("blind", "POST", "/api/v1/code-runs/cancel", { body })).status, 403)
      assert.deepStrictEqual((yield* versions).flat().filter((value) => value === true), [])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("whoever may list and not change them is refused for each", () =>
    Effect.gen(function*() {
      yield* storeAll
      yield* addUser("reader", (asked) => asked === "list coderuns")
      const { text } = yield* askAs("reader", "POST", "/api/v1/code-runs/cancel", { body })
      assert.deepStrictEqual(told(JSON.parse(text)), [["a", "refused 403"], ["b", "refused 403"], ["c", "refused 403"]])
      assert.deepStrictEqual((yield* versions).flat().filter((value) => value === true), [])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("trying again takes the run's secrets, each run's own", () =>
    Effect.gen(function*() {
      yield* storeAll
      yield* store(CodeRunKind, makeCodeRun("z", { spec: { githubUser: "hubot" }, status: { phase: "Failed" } }))
      yield* addUser("cat", (asked) => !asked.endsWith("-hubot"))
      const { text } = yield* askAs("cat", "POST", "/api/v1/code-runs/retry", {
        body: { selector: { phase: "Failed" } }
      })
      assert.deepStrictEqual(told(JSON.parse(text)), [["b", "done"], ["z", "refused 403"]])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("each run that was changed has its line in the log, with who and what became of it", () =>
    Effect.gen(function*() {
      yield* storeAll
      const lines: Array<Readonly<Record<string, unknown>>> = []
      const gather = Logger.make(({ fiber, message }) => {
        if (String(message).includes("Change by HTTP")) lines.push(fiber.getRef(References.CurrentLogAnnotations))
      })
      yield* addUser("cat", () => true)
      yield* askAs("cat", "POST", "/api/v1/code-runs/cancel", { body }).pipe(
        Effect.andThen(askAs("cat", "POST", "/api/v1/code-runs/cancel", { body: { ...body, dryRun: true } })),
        Effect.provide(Logger.layer([gather]))
      )
      assert.deepStrictEqual(
        lines.map(({ object, outcome, user, verb }) => [user, verb, object, outcome]),
        [
          ["cat", "cancel", "coderuns/a", "done"],
          ["cat", "cancel", "coderuns/b", "refused"],
          ["cat", "cancel", "coderuns/c", "done"]
        ]
      )
    }).pipe(Effect.provide(TestAccess)))
})
