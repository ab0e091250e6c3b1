import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { goThrough, history } from "../fixtures/PagesMeanwhile.ts"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { ask, store } from "../fixtures/TestApi.ts"
import { CachedApi, Followed } from "../fixtures/TestCache.ts"

const at = "/api/v1/code-runs"

const create = Effect.fnUntraced(function*(name: string, phase?: string) {
  yield* TestClock.adjust("1 second")
  return yield* store(CodeRunKind, makeCodeRun(name, phase === undefined ? {} : { status: { phase } }))
})

const caughtUp = Effect.flatMap(Followed, (followed) => followed.caughtUp)

/** What the cluster is asked by a request. */
const asking = Effect.fnUntraced(function*(query: string) {
  yield* caughtUp
  const { asked } = yield* Followed
  asked.length = 0
  const { json, text } = yield* ask("GET", `${at}?${query}`)
  assert.isDefined(json.items, text)
  return { asked: [...asked], names: json.items.map(({ name }) => name).join(""), json, text }
})

const both = Effect.fnUntraced(function*(query: string) {
  const recent = yield* asking(query)
  return { recent, cached: yield* asking(`${query}&resourceVersion=0`) }
})

describe("a list from the cache", () => {
  it.effect.each(["limit=9", "limit=2", "sort=createdAt&limit=9", "sort=createdAt&limit=2", "sort=-createdAt&limit=2"])(
    "has with %s what the most recent one has, and asks the cluster for nothing",
    (query) =>
      Effect.gen(function*() {
        for (const name of "bdac") yield* create(name, "Running")
        const { cached, recent } = yield* both(query)
        assert.deepStrictEqual([cached.asked, cached.json.items], [[], recent.json.items])
        assert.strictEqual(cached.json.continue === undefined, recent.json.continue === undefined)
        assert.strictEqual((yield* asking(`${query}&resourceVersion=0`)).text, cached.text)
      }).pipe(Effect.provide(CachedApi))
  )

  it.effect("asks once for a run that has changed, and says of which version it is", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      for (const name of "ab") yield* create(name)
      yield* asking("")
      const { metadata } = yield* client.patchStatus(CodeRunKind, { name: "b", namespace }, {
        type: "merge",
        body: { status: { phase: "Running" } }
      })
      const first = yield* asking("resourceVersion=0")
      assert.deepStrictEqual([first.asked, first.json.items.map(({ phase }) => phase)], [
        ["get coderuns/b"],
        ["Pending", "Running"]
      ])
      assert.strictEqual(JSON.parse(first.text).resourceVersion, metadata.resourceVersion)
      assert.deepStrictEqual((yield* asking("resourceVersion=0")).asked, [])
    }).pipe(Effect.provide(CachedApi)))

  it.effect("lists where many texts are not known", () =>
    Effect.gen(function*() {
      for (let index = 0; index < 20; index++) yield* create(`r${index}`)
      assert.deepStrictEqual((yield* asking("resourceVersion=0")).asked, ["list coderuns"])
      assert.deepStrictEqual((yield* asking("resourceVersion=0")).asked, [])
    }).pipe(Effect.provide(CachedApi)))

  it.effect.each<readonly [why: string, query: string, following: boolean]>([
    ["that has filters", "phase=Running&resourceVersion=0", true],
    ["while nothing is heard of the runs", "resourceVersion=0", false]
  ])("%s is the most recent one", ([_, query, following]) =>
    Effect.gen(function*() {
      yield* create("a", "Running")
      yield* asking("")
      const followed = yield* Followed
      followed.following = following
      const { asked, names } = yield* asking(query)
      assert.deepStrictEqual([asked, names], [["list coderuns"], "a"])
    }).pipe(Effect.provide(CachedApi)))

  it.effect("of another version than 0 is refused, with what was expected and found", () =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("GET", `${at}?resourceVersion=7`)
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(json.errors.map(({ path }) => path), ["resourceVersion"])
      assert.include(json.errors[0]?.expected, "0")
      assert.include(json.errors[0]?.found, "7")
    }).pipe(Effect.provide(CachedApi)))

  it.effect("is gone on with by the cluster's own list, also where that comes in smaller parts", () =>
    Effect.gen(function*() {
      for (const name of "abcdefgh") yield* create(name)
      yield* asking("")
      const { json, names } = yield* asking("limit=5&resourceVersion=0")
      let { continue: next } = json
      let listed = names
      const { small } = yield* Followed
      small.parts = 2
      while (next !== undefined) {
        const page = yield* asking(`limit=5&continue=${next}`)
        listed += page.names
        next = page.json.continue
      }
      assert.strictEqual(listed, "abcdefgh")
    }).pipe(Effect.provide(CachedApi)))

  /** Which pages are from the cache: one may go on where the other ended. */
  const mixed = fc.record({ ...history, cached: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }) })

  it.effect.each(fc.sample(mixed, { numRuns: 60, seed: 12 }))(
    "has every run once that was there all along, whatever is made and deleted between its pages: %j",
    ({ cached, limit, sort, ...past }) =>
      goThrough(past, (next, before) =>
        Effect.gen(function*() {
          if (before === 0) yield* asking("")
          const token = next === undefined ? "" : `&continue=${next}`
          const from = cached[before % cached.length] === true ? "&resourceVersion=0" : ""
          return (yield* asking(`limit=${limit}&sort=${sort}${from}${token}`)).json
        })).pipe(Effect.provide(CachedApi))
  )
})
