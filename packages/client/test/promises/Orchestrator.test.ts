import { assert, describe, it } from "@effect/vitest"
import { connect } from "@orchestrator/client/promises/Orchestrator"
import {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  OrchestratorError,
  UnavailableError,
  UnexpectedAnswerError
} from "@orchestrator/client/promises/OrchestratorError"
import { Server } from "@orchestrator/http/server/Server"
import { Effect, Fiber } from "effect"
import { setStatus, TestServer } from "../fixtures/TestServer.ts"

const spec = {
  service: "payments",
  prompt: "Answer requests for unknown orders with 404",
  repositoryUrl: "https://github.com/example/payments",
  githubUser: "octocat"
}
const docs = {
  repositoryUrl: "https://github.com/example/docs",
  workingDirectory: "_projects/payments",
  sourceBranch: "main",
  githubUser: "octocat"
}

const failureOf = (promise: Promise<unknown>) =>
  Effect.promise(() => promise.then(() => undefined, (error: unknown) => error instanceof Error ? error : undefined))

/** A client whose server is a function. */
const answering = (answer: (request: Request) => Response | Promise<Response>) =>
  connect({ server: "http://localhost", fetch: async (input, init) => answer(new Request(input, init)) })

const problem = (status: number, members: object = {}) =>
  new Response(
    JSON.stringify({
      type: "urn:orchestrator:problem:of-tomorrow",
      status,
      title: "New",
      detail: "Not today",
      ...members
    }),
    { status, headers: { "content-type": "application/problem+json" } }
  )

const collect = async <A>(all: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: Array<A> = []
  for await (const each of all) found.push(each)
  return found
}

describe("the client of promises", () => {
  it.live("submits, reads, lists, cancels, retries and deletes runs of both kinds", () =>
    Effect.gen(function*() {
      const { codeRuns, docsRuns } = connect({ server: (yield* Server).url })
      const made = yield* Effect.promise(() => codeRuns.submit({ name: "a", spec }, { idempotencyKey: "once" }))
      assert.deepStrictEqual([made.kind, made.phase, made.spec?.contextVersion], ["CodeRun", "Pending", 1])
      const again = yield* Effect.promise(() => codeRuns.submit({ name: "a", spec }, { idempotencyKey: "once" }))
      assert.strictEqual(again.uid, made.uid)
      assert.strictEqual((yield* Effect.promise(() => codeRuns.get("a"))).uid, made.uid)
      yield* setStatus("a", { phase: "Failed", contextVersion: 1 })
      const next = yield* Effect.promise(() => codeRuns.retry("a", { promptModification: "Mind the tests" }))
      assert.strictEqual(next.spec?.contextVersion, 2)
      assert.strictEqual((yield* Effect.promise(() => codeRuns.cancel("a"))).spec?.cancel, true)
      assert.deepStrictEqual(yield* Effect.promise(() => codeRuns.attempts("a")), [])
      const preview = yield* Effect.promise(() =>
        codeRuns.cancelMany({ selector: { service: "payments" }, dryRun: true })
      )
      assert.deepStrictEqual([preview.dryRun, preview.items.map(({ name }) => name)], [true, ["a"]])
      assert.instanceOf(yield* failureOf(codeRuns.retryMany({ selector: {} })), InvalidRequestError)
      assert.instanceOf(yield* failureOf(codeRuns.diff("a")), NotFoundError)
      assert.instanceOf(yield* failureOf(codeRuns.result("a", { attempt: "2" })), NotFoundError)
      const written = yield* Effect.promise(() => docsRuns.submit({ name: "d", spec: docs }))
      assert.strictEqual(written.kind, "DocsRun")
      const { models, services, workspaces } = connect({ server: (yield* Server).url })
      assert.deepStrictEqual(yield* Effect.promise(() => workspaces.list()), [])
      assert.instanceOf(yield* failureOf(workspaces.delete("nothing")), NotFoundError)
      assert.strictEqual((yield* Effect.promise(() => services()))[0]?.name, "payments")
      assert.include((yield* Effect.promise(() => models())).items.map(({ name }) => name), "claude-code-default")
      yield* Effect.promise(() => codeRuns.delete("a"))
      assert.lengthOf((yield* Effect.promise(() => codeRuns.list())).items, 0)
      assert.lengthOf((yield* Effect.promise(() => docsRuns.list({ phase: "Pending" }))).items, 1)
    }).pipe(Effect.provide(TestServer)))

  it.live("lists page by page, and stops asking when its reader does", () =>
    Effect.gen(function*() {
      const { url } = yield* Server
      const asked: Array<string> = []
      const { codeRuns } = connect({
        server: url,
        fetch: (input, init) => {
          asked.push(String(input))
          return fetch(input, init)
        }
      })
      const names = ["a", "b", "c", "d", "e"]
      for (const name of names) yield* Effect.promise(() => codeRuns.submit({ name, spec }))
      const all = yield* Effect.promise(() => collect(codeRuns.listAll({ limit: 2 })))
      assert.deepStrictEqual(all.map(({ name }) => name), names)
      asked.length = 0
      yield* Effect.promise(async () => {
        for await (const { name } of codeRuns.listAll({ limit: 2 })) if (name === "b") break
      })
      assert.lengthOf(asked, 1)
    }).pipe(Effect.provide(TestServer)))

  it.live("says what is wrong as errors with type, status, field and hint", () =>
    Effect.gen(function*() {
      const { codeRuns } = connect({ server: (yield* Server).url })
      const missing = yield* failureOf(codeRuns.get("nothing"))
      assert.instanceOf(missing, NotFoundError)
      assert.strictEqual(missing.type, "urn:orchestrator:problem:run-not-found")
      assert.strictEqual(missing.status, 404)
      assert.match(missing.requestId ?? "", /./)
      assert.match(missing.hint ?? "", /./)
      yield* Effect.promise(() => codeRuns.submit({ name: "a", spec }))
      assert.instanceOf(
        yield* failureOf(codeRuns.submit({ name: "a", spec: { ...spec, service: "b" } })),
        ConflictError
      )
      assert.instanceOf(yield* failureOf(collect(codeRuns.logs("nothing"))), NotFoundError)
    }).pipe(Effect.provide(TestServer)))

  it.effect("finds a misspelled field before anything is sent", () =>
    Effect.gen(function*() {
      const { codeRuns } = answering(() => assert.fail("nothing is to be sent"))
      const misspelled: object = { githubuser: "octocat" }
      const found = yield* failureOf(codeRuns.submit({ spec: { ...spec, ...misspelled } }))
      assert.instanceOf(found, InvalidRequestError)
      assert.deepStrictEqual([found.field, found.status], ["spec.githubuser", undefined])
    }))

  it.effect("knows problems of a newer server by their status, and other programs' answers as such", () =>
    Effect.gen(function*() {
      const cases = [
        [problem(401), AuthenticationError],
        [problem(409), ConflictError],
        [problem(418), InvalidRequestError],
        [problem(503, { retryAfterSeconds: 7 }), UnavailableError],
        [problem(500), OrchestratorError],
        [new Response("<html>", { status: 502 }), UnexpectedAnswerError],
        [new Response("{}", { status: 200, headers: { "content-type": "application/json" } }), UnexpectedAnswerError]
      ] as const
      for (const [answer, Expected] of cases) {
        const found = yield* failureOf(answering(() => answer).codeRuns.get("a"))
        assert.instanceOf(found, Expected)
        assert.strictEqual(found.constructor, Expected)
        assert.strictEqual(found.status, answer.ok ? undefined : answer.status)
      }
      const unreachable = answering(() => Promise.reject(new TypeError("fetch failed")))
      assert.instanceOf(yield* failureOf(unreachable.codeRuns.get("a")), ConnectionError)
    }))

  it.effect("sends the token of the moment", () =>
    Effect.gen(function*() {
      const sent: Array<string | null> = []
      let token: string | undefined = "first"
      let refusals = 0
      const { codeRuns } = connect({
        server: "http://localhost",
        token: async () => token,
        onUnauthenticated: () => void (refusals += 1),
        fetch: async (input, init) => {
          sent.push(new Request(input, init).headers.get("authorization"))
          return problem(401)
        }
      })
      yield* failureOf(codeRuns.get("a"))
      token = "second"
      yield* failureOf(codeRuns.get("a"))
      token = undefined
      yield* failureOf(codeRuns.get("a"))
      assert.deepStrictEqual(sent, ["Bearer first", "Bearer second", null])
      assert.strictEqual(refusals, 3)
    }))

  it.effect("ends calls and iterations with the reason of their signal", () =>
    Effect.gen(function*() {
      const reason = new Error("enough")
      const waiting = answering((request) =>
        new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)))
      )
      const calls = [
        (signal: AbortSignal) => waiting.codeRuns.get("a", { signal }),
        (signal: AbortSignal) => collect(waiting.codeRuns.logs("a", { follow: true }, { signal })),
        (signal: AbortSignal) => collect(waiting.codeRuns.listAll({}, { signal }))
      ]
      for (const call of calls) {
        const controller = new AbortController()
        const failed = call(controller.signal)
        controller.abort(reason)
        assert.strictEqual(yield* failureOf(failed), reason)
        assert.strictEqual(yield* failureOf(call(controller.signal)), reason)
      }
    }))
})

describe("following by promises", () => {
  it.live("tells changes of a real server until its reader leaves, and waits for the end of a run", () =>
    Effect.gen(function*() {
      const { codeRuns, watch } = connect({ server: (yield* Server).url })
      yield* Effect.promise(() => codeRuns.submit({ name: "a", spec }))
      const finished = yield* Effect.forkChild(Effect.promise(() => codeRuns.waitUntilFinished("a")))
      const seen: Array<string> = []
      const watched = yield* Effect.forkChild(Effect.promise(async () => {
        for await (const { change, run } of watch({ service: "payments" })) {
          seen.push(`${change} ${run.phase}`)
          if (run.phase === "Failed") break
        }
      }))
      for (const [told, phase] of ["Running", "Failed"].entries()) {
        while (seen.length <= told) yield* Effect.sleep("10 millis")
        yield* setStatus("a", { phase, contextVersion: 1 })
      }
      yield* Fiber.join(watched)
      assert.deepStrictEqual(seen, ["set Pending", "set Running", "set Failed"])
      assert.strictEqual((yield* Fiber.join(finished)).phase, "Failed")
    }).pipe(Effect.provide(TestServer)))
})
