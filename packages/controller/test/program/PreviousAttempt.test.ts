/** What an attempt is told of the one before it: how it ended, in the words of whoever knows. */
import { assert, describe, it } from "@effect/vitest"
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { type PreviousAttempt, PreviousAttemptText } from "@orchestrator/domain/PreviousAttempt"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { Effect, Schema } from "effect"
import { acting, attemptsOf, codeRun, completed, endless, failed, isAgain, pass, verbs, world } from "./World.ts"

const decode = Schema.decodeUnknownSync(PreviousAttemptText)
const previousOf = (env: Readonly<Record<string, string>> | undefined): PreviousAttempt | undefined => {
  const text = env?.[runnerNames.previousAttempt]
  return text === undefined ? undefined : decode(text)
}

const refused = "remote: Rule $(HOME) $$: no\u001b[31m secrets in `main`. Zürich ☃"
const withWords = (message: string): Script =>
  acting(() => ({
    after: "10 seconds",
    exitCode: 1,
    message: JSON.stringify({ outcome: "Failed", reason: "PushRejected", message })
  }))

describe("the attempt after", () => {
  it.effect.each<{ name: string; script: Script; edit?: object; passes?: string; reason: string; words?: string }>([
    {
      name: "a refused push is told the remote's words, which expand nothing and steer no terminal",
      script: withWords(refused),
      reason: "PushRejected",
      words: "remote: Rule $(HOME) $$: no secrets in `main`. Zürich ☃"
    },
    {
      name: "one without changes is told that",
      script: acting(() => failed("NoChanges")),
      reason: "NoChanges",
      words: "It was NoChanges."
    },
    {
      name: "one without a pull request is told why",
      script: acting(() => failed("PullRequestMissing")),
      reason: "PullRequestMissing",
      words: "PullRequestMissing"
    },
    {
      name: "one over its budget is told that, without advice for people",
      script: acting(() => failed("BudgetExceeded")),
      reason: "BudgetExceeded",
      words: "It was BudgetExceeded."
    },
    {
      name: "one that failed is told how",
      script: acting(() => failed("AgentError")),
      reason: "AgentError",
      words: "It was"
    },
    {
      name: "one over its time is told that",
      script: endless,
      edit: { timeoutSeconds: 60 },
      passes: "80 seconds",
      reason: "DeadlineExceeded"
    },
    {
      name: "one that was delivered is told that",
      script: acting(({ env }) => completed(env, "10 seconds")),
      reason: "Delivered"
    }
  ])("$name", ({ edit, passes, reason, script, words }) =>
    Effect.gen(function*() {
      const { agents, create, edit: change } = yield* verbs
      yield* create(codeRun("first", edit))
      yield* pass(passes === undefined ? "20 seconds" : "80 seconds")
      yield* change("first", { contextVersion: 2 })
      yield* pass("5 seconds")
      const [first, second] = yield* agents
      assert.isUndefined(previousOf(first?.env))
      const previous = previousOf(second?.env)
      assert.strictEqual(previous?.reason, reason)
      assert.include(previous?.message ?? "", words ?? "")
      assert.notInclude(previous?.message ?? "", "Raise spec")
    }).pipe(Effect.provide(world({ script }))))

  it.effect("one that was cancelled and raised in mid-run is told that", () =>
    Effect.gen(function*() {
      const { agents, create, edit } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("10 seconds")
      yield* edit("first", { contextVersion: 2 })
      yield* pass("20 seconds")
      assert.strictEqual(previousOf((yield* agents)[1]?.env)?.reason, "Cancelled")
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect("one whose node was lost is told that, in the same version", () =>
    Effect.gen(function*() {
      const { agents, all, create } = yield* verbs
      const node = yield* Kubelet
      yield* create(codeRun("first"))
      yield* pass("10 seconds")
      for (const { metadata: { name = "", namespace } } of yield* all(PodKind)) {
        yield* node.evict({ name, namespace }, "low on memory")
      }
      yield* pass("1 minute")
      const previous = previousOf((yield* agents)[1]?.env)
      assert.strictEqual(previous?.reason, "InfraLost")
      assert.include(previous?.message ?? "", "evicted")
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect("a usage limit is told that, though the status has said other things since", () =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("20 seconds")
      yield* pass("10 minutes", "10 seconds")
      assert.deepStrictEqual(previousOf((yield* agents)[1]?.env), {
        reason: "RateLimited",
        message: "It was RateLimited."
      })
      const { status } = yield* run("first")
      assert.deepStrictEqual(attemptsOf(status).map(({ message }) => message), [undefined, undefined])
    }).pipe(Effect.provide(world({
      script: acting(
        (request) => isAgain(request) ? completed(request.env, "10 seconds") : failed("RateLimited"),
        () => ({ limitedAt: "1970-01-01T00:00:10Z" })
      )
    }))))

  it.effect("words without end are cut", () =>
    Effect.gen(function*() {
      const { agents, create, edit } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("20 seconds")
      yield* edit("first", { contextVersion: 2 })
      yield* pass("5 seconds")
      const previous = previousOf((yield* agents)[1]?.env)
      assert.isAtMost(previous?.message?.length ?? 0, 1500)
      assert.isAbove(previous?.message?.length ?? 0, 100)
    }).pipe(Effect.provide(world({ script: withWords("no ".repeat(1000)) }))))
})
