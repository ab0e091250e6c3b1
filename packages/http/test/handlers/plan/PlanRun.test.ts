import { assert, describe, it } from "@effect/vitest"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { CodeRunKind, SecretKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { type Preview, Previews } from "../../../src/services/Previews.ts"
import { makeCodeRun, namespace, newCodeSpec } from "../../fixtures/Runs.ts"
import { accessOver, addUser, askAs } from "../../fixtures/TestAccess.ts"
import { ask, store, TestApi } from "../../fixtures/TestApi.ts"

const optional = { optional: true }

const starting: Preview = {
  stage: "NotStarted",
  rule: "jobAbsent",
  actions: [{ action: "CreateJob", object: "job/code-a-v1-00000000" }],
  status: undefined,
  wakeAt: undefined,
  attempt: {
    job: { metadata: { name: "code-a-v1-00000000" }, spec: { template: { spec: { containers: [] } } } },
    files: { metadata: { name: "f" }, data: { "prompt.md": "Do it." } },
    secrets: [
      { name: "orchestrator-secrets", keys: ["anthropic-api-key", "oauth"], ...optional },
      { name: "github-token-octocat", keys: ["token"], ...optional },
      { name: "github-ssh-octocat", keys: [], ...optional }
    ]
  },
  failure: undefined,
  workspace: { claim: "workspace-payments", exists: true, holder: "other" },
  place: { runs: ["other"], position: 1 },
  grants: { costUsd: 5, turns: 10, timeoutSeconds: 60 },
  model: "claude-test-1",
  price: { input: 3, output: 15 }
}

const seen: Array<CustomObject> = []

const previewing = Layer.succeed(Previews, {
  isReady: Effect.succeed(true),
  ofNew: (_, run) => {
    seen.push(run)
    return Effect.succeed(starting)
  },
  ofStored: () => Effect.succeed({ ...starting, stage: "Finished", rule: "terminal", attempt: undefined }),
  limitsOf: () => ({ costUsd: 8, turns: 20, timeoutSeconds: 60 }),
  unknownNonce: "0".repeat(16),
  ceilings: { maxCostUsd: 100, maxTurns: 200, maxTimeoutSeconds: 3600, activeRuns: 3 }
})

const plan = (name: string, body: unknown) => askAs(name, "POST", "/api/v1/code-runs/plan", { body })
const fields = (json: unknown) => Object(json)
const octocat = ["get secrets/github-ssh-octocat", "get secrets/github-token-octocat"]
const may = (...rights: ReadonlyArray<string>) => (asked: string) => rights.includes(asked)

describe("the plan of a run", () => {
  it.effect("is what the controller says of the object as it would be stored", () =>
    Effect.gen(function*() {
      yield* addUser("jane", () => true)
      const { json, status } = yield* plan("jane", { spec: newCodeSpec })
      assert.strictEqual(status, 200)
      const wanted = {
        ...newCodeSpec,
        docsBranch: "main",
        workingDirectory: "payments",
        model: "claude-code-default",
        contextVersion: 1,
        continueSession: false,
        overwriteMemory: false,
        cancel: false
      }
      assert.deepStrictEqual(fields(json).spec, wanted)
      const [run] = seen.splice(0)
      assert.deepStrictEqual(run?.spec, wanted)
      assert.match(run?.metadata.name ?? "", /^payments-task-7-xxxxx$/)
      assert.deepInclude(fields(json), {
        name: "payments-task-7-xxxxx",
        workspace: { claim: "workspace-payments", exists: true, holder: "other" },
        waiting: { runs: ["other"], position: 1 },
        limits: {
          maxCostUsd: 100,
          maxTurns: 200,
          maxTimeoutSeconds: 3600,
          activeRuns: 3,
          costUsd: 5,
          turns: 10,
          timeoutSeconds: 60
        },
        price: { model: "claude-test-1", input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 }
      })
      assert.deepInclude(fields(json).attempt, { files: { "prompt.md": "Do it." }, filesBytes: 15 })
    }).pipe(Effect.provide(TestPlans)))

  it.effect("writes nothing", () =>
    Effect.gen(function*() {
      yield* addUser("jane", () => true)
      yield* store(CodeRunKind, makeCodeRun("a"))
      const { requests, resetCounts, revision } = yield* EmbeddedStore
      const before = yield* revision
      yield* resetCounts
      yield* plan("jane", { spec: newCodeSpec })
      yield* askAs("jane", "POST", "/api/v1/code-runs/a/plan")
      assert.strictEqual(yield* revision, before)
      const verbs = (yield* requests).filter(({ kind }) => !kind.endsWith("Review")).map(({ verb }) => verb)
      assert.deepStrictEqual(verbs.filter((verb) => !["get", "list", "watch"].includes(verb)), [])
    }).pipe(Effect.provide(TestPlans)))

  it.effect("is refused as creation is: a bad body, a name that is taken, who may not create", () =>
    Effect.gen(function*() {
      yield* addUser("jane", () => true)
      yield* addUser("john", may("get coderuns"))
      yield* store(CodeRunKind, makeCodeRun("a"))
      assert.strictEqual((yield* plan("jane", { spec: { ...newCodeSpec, taskId: -1 } })).status, 422)
      const large = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`V${index}`, "x".repeat(30_000)]))
      assert.strictEqual((yield* plan("jane", { spec: { ...newCodeSpec, env: large } })).status, 422)
      const taken = yield* plan("jane", { name: "a", spec: newCodeSpec })
      assert.deepStrictEqual([taken.status, taken.json.type], [409, "urn:orchestrator:problem:name-taken"])
      assert.strictEqual((yield* plan("john", { spec: newCodeSpec })).status, 403)
    }).pipe(Effect.provide(TestPlans)))

  it.effect("of a run that is there says what is next and why", () =>
    Effect.gen(function*() {
      yield* addUser("jane", may("get coderuns"))
      yield* store(CodeRunKind, makeCodeRun("a"))
      const { json } = yield* askAs("jane", "POST", "/api/v1/code-runs/a/plan")
      assert.deepInclude(fields(json).decision, { stage: "Finished", rule: "terminal" })
      assert.strictEqual((yield* askAs("jane", "POST", "/api/v1/code-runs/none/plan")).status, 404)
    }).pipe(Effect.provide(TestPlans)))

  it.effect("is not to be had where nobody decides about runs", () =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("POST", "/api/v1/code-runs/plan", { body: { spec: newCodeSpec } })
      assert.deepStrictEqual([status, json.type], [503, "urn:orchestrator:problem:plan-not-available"])
    }).pipe(Effect.provide(TestApi)))
})

describe("the plan tells of", () => {
  it.effect("files and the Job's manifest to who may read such objects", () =>
    Effect.gen(function*() {
      yield* addUser("jane", may("create coderuns", ...octocat))
      yield* addUser("john", may("create coderuns", "get configmaps", ...octocat))
      const without = fields((yield* plan("jane", { spec: newCodeSpec })).json).attempt
      assert.deepStrictEqual(Object.keys(without).toSorted(), ["filesBytes", "filesLimitBytes", "jobName"])
      const files = fields((yield* plan("john", { spec: newCodeSpec })).json).attempt
      assert.deepStrictEqual([files.files, files.job], [{ "prompt.md": "Do it." }, undefined])
    }).pipe(Effect.provide(TestPlans)))

  it.effect("rights that are missing, with the commands that grant them", () =>
    Effect.gen(function*() {
      yield* addUser("jane", may("create coderuns", "get secrets/github-token-octocat"))
      const { json } = yield* plan("jane", { spec: newCodeSpec })
      const rights = fields(json).missing.filter(({ kind }: { readonly kind: string }) => kind === "Permission")
      assert.deepStrictEqual(rights.map(({ name }: { readonly name: string }) => name), [
        "use secrets github-ssh-octocat"
      ])
      assert.include(rights[0].fix[0], "use")
      assert.include(rights[0].fix[0], "github-ssh-octocat")
      assert.match(rights[0].fix[1], /^kubectl create rolebinding .* --user=jane$/)
    }).pipe(Effect.provide(TestPlans)))

  it.effect("a Secret's absence to who may use it, and to nobody else whether it is there", () =>
    Effect.gen(function*() {
      yield* addUser("jane", may("create coderuns", ...octocat))
      yield* addUser("john", may("create coderuns"))
      const states = (json: unknown) =>
        fields(json).missing.flatMap((each: Readonly<Record<string, string>>) =>
          each["kind"] === "Secret" ? [`${each["name"]} ${each["state"]}`] : []
        )
      assert.deepStrictEqual(states((yield* plan("jane", { spec: newCodeSpec })).json), [
        "orchestrator-secrets missing",
        "github-token-octocat missing",
        "github-ssh-octocat missing"
      ])
      const blind = states((yield* plan("john", { spec: newCodeSpec })).json)
      for (
        const [name, key] of [["github-token-octocat", "token"], ["github-ssh-octocat", "ssh-privatekey"]] as const
      ) {
        yield* store(SecretKind, { metadata: { name, namespace }, data: { [key]: "bm90IGEgdG9rZW4=" } })
      }
      assert.deepStrictEqual(states((yield* plan("jane", { spec: newCodeSpec })).json), [
        "orchestrator-secrets missing"
      ])
      const text = (yield* plan("john", { spec: newCodeSpec })).text
      assert.deepStrictEqual(states(JSON.parse(text)), blind)
      assert.notInclude(text, "bm90IGEgdG9rZW4=")
    }).pipe(Effect.provide(TestPlans)))
})

const TestPlans = Layer.provide(accessOver(), previewing)
