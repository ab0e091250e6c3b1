import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { runUidLabel } from "@orchestrator/domain/Labels"
import { CodeRunKind, EventKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { parse } from "yaml"
import type { RelatedRun } from "../../src/contract/RunDetails.ts"
import { relatedRuns } from "../../src/handlers/RunDependencies.ts"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { addUser, askAs, TestAccess } from "../fixtures/TestAccess.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const path = "/api/v1/code-runs"

const graph = (edges: Readonly<Record<string, ReadonlyArray<string>>>) =>
  new Map(
    Object.entries(edges).map(([name, dependsOn]): [string, RelatedRun] => [name, {
      name,
      phase: "Pending",
      dependsOn
    }])
  )

const namesOf = ({ items }: { readonly items: ReadonlyArray<RelatedRun> }) => items.map(({ name }) => name)

describe("the runs that a run is bound to", () => {
  it.each<{ name: string; given: Readonly<Record<string, ReadonlyArray<string>>>; want: ReadonlyArray<string> }>([
    { name: "are itself where there are no others", given: { a: [], z: [] }, want: ["a"] },
    {
      name: "are those before it and those after it, over others too",
      given: {
        root: [],
        before: ["root"],
        a: ["before"],
        after: ["a"],
        last: ["after"],
        other: []
      },
      want: ["a", "before", "root", "after", "last"]
    },
    { name: "are not its siblings", given: { before: [], a: ["before"], sibling: ["before"] }, want: ["a", "before"] },
    { name: "are told once where they form a circle", given: { a: ["b"], b: ["a"] }, want: ["a", "b"] },
    { name: "are those that are not there, too", given: { a: ["missing"] }, want: ["a", "missing"] }
  ])("$name", ({ given, want }) => {
    const found = relatedRuns(graph(given), "a")
    assert.deepStrictEqual(namesOf(found), want)
    assert.isTrue(found.isComplete)
  })

  it("are no more than 200, and it says that there are more", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`after-${index}`, ["a"]]))
    const found = relatedRuns(graph({ a: [], ...many }), "a")
    assert.lengthOf(found.items, 200)
    assert.isFalse(found.isComplete)
  })

  it("has no phase for a run that is not there", () =>
    assert.deepStrictEqual(relatedRuns(graph({ a: ["missing"] }), "a").items[1], { name: "missing", dependsOn: [] }))

  it.effect("are read from the cluster", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("first", { status: { phase: "Succeeded", reason: "Delivered" } }))
      yield* store(CodeRunKind, makeCodeRun("a", { spec: { dependsOn: ["first"] } }))
      const { codeRuns } = yield* OrchestratorClient
      assert.deepStrictEqual(yield* codeRuns.dependencies({ params: { name: "first" } }), {
        items: [
          { name: "first", phase: "Succeeded", reason: "Delivered", dependsOn: [] },
          { name: "a", phase: "Pending", dependsOn: ["first"] }
        ],
        isComplete: true
      })
      assert.strictEqual((yield* ask("GET", `${path}/none/dependencies`)).status, 404)
    }).pipe(Effect.provide(TestApi)))
})

const event = (name: string, about: object, more: object = {}) =>
  store(EventKind, {
    metadata: { name, namespace },
    involvedObject: { namespace, ...about },
    type: "Warning",
    reason: "FailedScheduling",
    message: "0/3 nodes are available",
    ...more
  })

describe("what the cluster says of a run", () => {
  it.effect("is of itself, its Jobs and its pods, oldest first, and of nobody else", () =>
    Effect.gen(function*() {
      const run = yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", jobName: "code-a" } }))
      const pod = yield* store(PodKind, {
        metadata: { name: "code-a-x", namespace, labels: { [runUidLabel]: run.metadata.uid ?? "" } },
        spec: { containers: [{ name: "claude", image: "agent" }] }
      })
      yield* event("3", { kind: "Pod", name: "code-a-x", uid: pod.metadata.uid }, {
        lastTimestamp: "2026-01-01T00:00:03Z",
        count: 4,
        source: { component: "default-scheduler" }
      })
      yield* event("2", { kind: "Job", name: "code-a" }, { lastTimestamp: "2026-01-01T00:00:02Z" })
      yield* event("1", { kind: "CodeRun", name: "a", uid: run.metadata.uid }, {
        eventTime: "2026-01-01T00:00:01Z",
        reportingComponent: "orchestrator.platform/controller",
        reportingInstance: "orchestrator-0",
        action: "Start"
      })
      yield* event("0", { kind: "Pod", name: "another", uid: "another" })
      yield* event("00", { kind: "CodeRun", name: "a", uid: "of an earlier one" })
      const { codeRuns } = yield* OrchestratorClient
      const { items } = yield* codeRuns.events({ params: { name: "a" } })
      assert.deepStrictEqual(items.map(({ object }) => object), ["coderun/a", "job/code-a", "pod/code-a-x"])
      assert.deepStrictEqual(items[2], {
        time: "2026-01-01T00:00:03Z",
        type: "Warning",
        reason: "FailedScheduling",
        message: "0/3 nodes are available",
        count: 4,
        object: "pod/code-a-x",
        source: "default-scheduler"
      })
    }).pipe(Effect.provide(TestApi)))

  it.effect("is told to who may list Events", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a"))
      yield* addUser("reader", (asked) => asked === "get coderuns")
      const refused = yield* askAs("reader", "GET", `${path}/a/events`)
      assert.strictEqual(refused.status, 403)
      assert.deepInclude(refused.json.missing[0], { verb: "list", resource: "events" })
      yield* addUser("operator", (asked) => ["get coderuns", "list events"].includes(asked))
      assert.strictEqual((yield* askAs("operator", "GET", `${path}/a/events`)).status, 200)
    }).pipe(Effect.provide(TestAccess)))
})

describe("a run as it is stored", () => {
  it.effect("is its whole object without managedFields", () =>
    Effect.gen(function*() {
      const stored = yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", message: "a: b" } }))
      const { headers, text } = yield* ask("GET", `${path}/a/manifest`)
      assert.strictEqual(headers["content-type"], "application/yaml")
      const { managedFields: _, ...metadata } = { managedFields: undefined, ...stored.metadata }
      assert.deepStrictEqual(parse(text), {
        ...JSON.parse(JSON.stringify(stored)),
        metadata,
        apiVersion: "orchestrator.platform/v1",
        kind: "CodeRun"
      })
      assert.match(text, /^apiVersion: orchestrator.platform\/v1\nkind: CodeRun\nmetadata:\n/)
    }).pipe(Effect.provide(TestApi)))
})

describe("a run alone", () => {
  it.effect("says why it is where it is; one of many does not", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Failed", reason: "JobLost", message: "Gone." } }))
      const { codeRuns } = yield* OrchestratorClient
      const { explanation } = yield* codeRuns.get({ params: { name: "a" } })
      assert.strictEqual(explanation?.why, "Gone.")
      assert.include(explanation?.next, "contextVersion")
      const { items } = yield* codeRuns.list({ query: {} })
      assert.notProperty(items[0], "explanation")
    }).pipe(Effect.provide(TestApi)))
})
