import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { goThrough, history } from "../fixtures/PagesMeanwhile.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"
import { ask, layerOver, store, TestApi } from "../fixtures/TestApi.ts"

const at = "/api/v1/code-runs"

const labelled = (name: string, labels: Readonly<Record<string, string>>) => {
  const run = makeCodeRun(name)
  return { ...run, metadata: { ...run.metadata, labels } }
}

/** One second after the other, from 1970-01-01T00:00:01Z on; not in the order of their names. */
const runs = [
  makeCodeRun("b", { status: { phase: "Running", reason: "AgentRunning" } }),
  makeCodeRun("a", {
    spec: { service: "billing", taskId: 12 },
    status: { phase: "Succeeded", reason: "Delivered", message: "A pull request is open.", branch: "feature/seven" }
  }),
  makeCodeRun("d", { spec: { service: "billing" }, status: { phase: "Failed", reason: "AgentError" } }),
  makeCodeRun("c", {
    spec: { githubUser: "hubot", repositoryUrl: "https://github.com/example/Invoices" },
    status: { phase: "Running", reason: "Starting" }
  }),
  labelled("e", { team: "payments", tier: "1" }),
  {
    ...labelled("f", { team: "search" }),
    status: { phase: "Failed", reason: "AgentError", contextVersion: 1 },
    spec: { ...makeCodeRun("f").spec, contextVersion: 2 }
  }
]

const storeAll = Effect.forEach(
  runs,
  (run) => Effect.andThen(TestClock.adjust("1 second"), store(CodeRunKind, run)),
  { discard: true }
)

const namesOf = (query: string) =>
  Effect.map(ask("GET", `${at}?${query}`), ({ json, text }) => {
    assert.isDefined(json.items, text)
    return json.items.map(({ name }) => name).join("")
  })

describe("listing runs", () => {
  it.effect.each<readonly [query: string, want: string]>([
    ["", "abcdef"],
    ["phase=Running", "bc"],
    ["phase=Pending", "ef"],
    ["phase=Failed", "d"],
    ["reason=AgentError", "d"],
    ["reason=Accepted", "f"],
    ["service=billing", "ad"],
    ["taskId=12", "a"],
    ["user=hubot", "c"],
    ["githubUser=Hubot", "c"],
    ["githubUser=hubot&user=octocat", ""],
    ["service=billing&phase=Failed", "d"],
    ["service=nobody's", ""],
    ["label=team", "ef"],
    ["label=team%3Dpayments", "e"],
    ["label=team%20in%20(payments,search)&label=tier!%3D1", "f"],
    ["label=team%20in%20(payments,search)&phase=Pending&q=E", "ef"],
    ["createdAfter=1970-01-01T00:00:04Z", "ef"],
    ["createdAfter=1970-01-01T01:00:05%2B01:00", "f"],
    ["q=invoices", "c"],
    ["q=PULL%20request", "a"],
    ["q=seven", "a"],
    ["q=delivered", "a"],
    ["q=nothing%20has%20this", ""],
    ["limit=2", "ab"],
    ["limit=2&phase=Running", "bc"],
    ["sort=name", "abcdef"],
    ["sort=createdAt", "badcef"],
    ["sort=-createdAt", "fecdab"],
    ["sort=-createdAt&limit=2", "fe"],
    ["sort=createdAt&service=billing", "ad"]
  ])("%s gives %s", ([query, want]) =>
    Effect.gen(function*() {
      yield* storeAll
      assert.strictEqual(yield* namesOf(query), want)
    }).pipe(Effect.provide(TestApi)))

  it.effect.each<readonly [query: string, path: string]>([
    ["phase=Done", "phase"],
    ["reason=Because", "reason"],
    ["taskId=seven", "taskId"],
    ["label=", "label"],
    ["label=a%20b", "label"],
    ["label=a%3Db&label=%3D", "label"],
    ["createdAfter=yesterday", "createdAfter"],
    ["createdAfter=2026-02-31T99:00:00Z", "createdAfter"],
    ["q=", "q"],
    [`q=${"x".repeat(201)}`, "q"],
    ["sort=age", "sort"],
    ["limit=0", "limit"],
    ["colour=red", "colour"]
  ])("%s is refused by its name", ([query, path]) =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("GET", `${at}?${query}`)
      assert.strictEqual(status, 400)
      assert.deepStrictEqual([...new Set(json.errors.map((error) => error.path.split("[")[0]))], [path])
    }).pipe(Effect.provide(TestApi)))
})

/** Every page of a list; something may happen after each. */
const pagesOf = Effect.fnUntraced(function*(query: string, between: Effect.Effect<void> = Effect.void) {
  const names: Array<string> = []
  let next: string | undefined
  do {
    const { json } = yield* ask("GET", `${at}?${query}${next === undefined ? "" : `&continue=${next}`}`)
    names.push(...json.items.map(({ name }) => name))
    next = json.continue
    yield* between
  } while (next !== undefined)
  return names
})

describe("pages of a list", () => {
  it.effect.each<readonly [query: string, want: string]>([
    ["limit=1", "abcdef"],
    ["limit=2", "abcdef"],
    ["limit=1&service=billing", "ad"],
    ["limit=2&phase=Running", "bc"],
    ["limit=1&label=team", "ef"],
    ["limit=1&sort=createdAt", "badcef"],
    ["limit=4&sort=-createdAt", "fecdab"],
    ["limit=1&sort=-createdAt&phase=Running", "cb"]
  ])("with %s give every run once", ([query, want]) =>
    Effect.gen(function*() {
      yield* storeAll
      assert.strictEqual((yield* pagesOf(query)).join(""), want)
    }).pipe(Effect.provide(TestApi)))

  const filtered = fc.record({ ...history, filter: fc.constantFrom("", "&service=payments", "&q=payments") })

  it.effect.each(fc.sample(filtered, { numRuns: 60, seed: 11 }))(
    "stay valid whatever is made and deleted meanwhile: %j",
    ({ filter, limit, sort, ...past }) =>
      goThrough(past, (next) => {
        const token = next === undefined ? "" : `&continue=${next}`
        return Effect.map(ask("GET", `${at}?limit=${limit}&sort=${sort}${filter}${token}`), ({ json }) => json)
      }).pipe(Effect.provide(TestApi))
  )

  it.effect("are found where few of many runs are meant, without one request for each of the others", () =>
    Effect.gen(function*() {
      for (let index = 0; index < 30; index++) {
        yield* store(
          CodeRunKind,
          makeCodeRun(`r${index}`, { spec: { service: index === 29 ? "billing" : "payments" } })
        )
      }
      const { json } = yield* ask("GET", `${at}?limit=1&service=billing`)
      assert.deepStrictEqual([json.items.map(({ name }) => name), json.continue], [["r29"], undefined])
    }).pipe(Effect.provide(TestApi)))
})

describe("the continue of a page", () => {
  const first = Effect.gen(function*() {
    yield* storeAll
    return (yield* ask("GET", `${at}?phase=Running&sort=createdAt&limit=1`)).json.continue ?? ""
  })

  it.effect.each([
    { name: "made up", ask: () => `${at}?continue=made-up` },
    {
      name: "of the cluster itself",
      ask: () => `${at}?continue=${btoa(JSON.stringify({ v: "meta.k8s.io/v1", rv: 1, start: "a" }))}`
    },
    {
      name: "with a character changed",
      ask: (token: string) =>
        `${at}?limit=1&sort=createdAt&phase=Running&continue=${token.slice(0, 30)}${token[30] === "a" ? "b" : "a"}${
          token.slice(31)
        }`
    },
    {
      name: "with something behind it",
      ask: (token: string) => `${at}?limit=1&sort=createdAt&phase=Running&continue=${token}.`
    },
    { name: "of other filters", ask: (token: string) => `${at}?sort=createdAt&phase=Failed&continue=${token}` },
    { name: "of another order", ask: (token: string) => `${at}?sort=-createdAt&phase=Running&continue=${token}` },
    {
      name: "of another kind",
      ask: (token: string) => `/api/v1/docs-runs?sort=createdAt&phase=Running&continue=${token}`
    }
  ])("$name is refused", ({ ask: pathOf }) =>
    Effect.gen(function*() {
      const token = yield* first
      assert.isNotEmpty(token)
      const { json, status } = yield* ask("GET", pathOf(token))
      assert.deepStrictEqual([status, json.errors.map(({ path }) => path)], [400, ["continue"]])
    }).pipe(Effect.provide(TestApi)))

  it.effect("goes on with another limit", () =>
    Effect.gen(function*() {
      const token = yield* first
      assert.strictEqual(yield* namesOf(`limit=5&sort=createdAt&phase=Running&continue=${token}`), "c")
    }).pipe(Effect.provide(TestApi)))

  /** A cluster whose lists go on for no longer than the first page. */
  const forgetful = Layer.effect(
    KubernetesClient,
    Effect.map(KubernetesClient, (client): KubernetesClient["Service"] => ({
      ...client,
      list: (kind, options) =>
        options?.continue === undefined
          ? client.list(kind, options)
          : new KubernetesError({ operation: "list", ref: kind.plural, reason: { _tag: "Gone", message: "expired" } })
    }))
  ).pipe(Layer.provide(layerMemory))

  it.effect("that the cluster has forgotten is answered as expired", () =>
    Effect.gen(function*() {
      yield* storeAll
      const { json } = yield* ask("GET", `${at}?limit=2`)
      const reply = yield* ask("GET", `${at}?limit=2&continue=${json.continue}`)
      assert.deepStrictEqual([reply.status, reply.json.type], [410, "urn:orchestrator:problem:page-expired"])
    }).pipe(Effect.provide(layerOver(forgetful))))
})
