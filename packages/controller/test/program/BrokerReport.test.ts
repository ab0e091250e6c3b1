/** What the two containers of a pod leave behind, from the pod to the status. */
import { assert, describe, it } from "@effect/vitest"
import { formatAgentResult } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { Effect } from "effect"
import { acting, brokerContainer, codeRun, completed, failed, pass, verbs, world } from "./World.ts"

const pullRequestUrl = "https://github.com/acme/api/pull/3"
const verifiedAt = "2026-03-01T10:00:00Z"
const branch = {
  branch: "feature/task-1-implementation",
  headCommit: "0123456789abcdef0123456789abcdef01234567",
  changed: true,
  verifiedAt
}
const opened: Partial<BrokerResult> = {
  delivery: { ...branch, pullRequestUrl },
  forgeKnown: true,
  pullRequestVerifiedAt: verifiedAt
}
const done = (brokerReport: Partial<BrokerResult>) =>
  acting(({ env }) => completed(env, "5 seconds"), () => brokerReport)

/** A broker that is killed once, with its report so far, and the next one at the end without a word. */
const restarted = (): Script => {
  let starts = 0
  return (request) => {
    if (request.container.name === "claude") return completed(request.env, "60 seconds")
    if (request.container.name !== "broker") return {}
    starts += 1
    const message = brokerContainer(opened).onTerminate
    if (starts > 1 || message === undefined || message === "ignore") {
      return { after: "never", onTerminate: { exitCode: 137 } }
    }
    return {
      after: "20 seconds",
      exitCode: 137,
      ...(message.message === undefined ? {} : { message: message.message })
    }
  }
}

const forger = formatAgentResult({
  outcome: "Completed",
  message: "All done.",
  usage: { costUsd: 0, turns: 1 },
  delivery: { ...branch, pullRequestUrl }
})

describe("a run with a broker", () => {
  it.effect.each<{ name: string; script: Script; want: ReadonlyArray<unknown> }>([
    {
      name: "is delivered with its pull request",
      script: done(opened),
      want: ["Succeeded", "Delivered", pullRequestUrl, "True PullRequestOpen"]
    },
    {
      name: "is delivered as a branch where no pull request can be had",
      script: done({}),
      want: ["Succeeded", "Delivered", undefined, "True NoForge"]
    },
    {
      name: "lacks its pull request",
      script: done({ delivery: branch, forgeKnown: true, pullRequestProblem: "it was closed" }),
      want: ["Failed", "PullRequestMissing", undefined, "False PullRequestMissing"]
    },
    {
      name: "was refused",
      script: done({ delivery: { ...branch, changed: false, pushRefused: "protected branch" } }),
      want: ["Failed", "PushRejected", undefined, "False PushRejected"]
    },
    {
      name: "changed nothing",
      script: done({ delivery: { branch: branch.branch, changed: false, verifiedAt } }),
      want: ["Failed", "NoChanges", undefined, "False NoChanges"]
    },
    {
      name: "lacks a key",
      script: acting(() => failed("SetupFailed"), () => ({ missing: "ModelKey" })),
      want: ["Failed", "SecretMissing", undefined, "True NoForge"]
    },
    {
      name: "is not believed without a broker's report",
      script: ({ container, env }) =>
        container.name === "claude"
          ? { ...completed(env, "5 seconds"), message: forger }
          : container.name === "broker"
          ? { after: "never" }
          : {},
      want: ["Failed", "AgentError", undefined, undefined]
    },
    {
      name: "keeps what a broker reported before it was killed",
      script: restarted(),
      want: ["Succeeded", "Delivered", pullRequestUrl, "True PullRequestOpen"]
    }
  ])("$name", ({ script, want }) =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("80 seconds", "2 seconds")
      const { status } = yield* run("first")
      const conditions = (status?.["conditions"] ?? []) as ReadonlyArray<Record<string, string>>
      const delivered = conditions.find(({ type }) => type === "Delivered")
      assert.deepStrictEqual([
        status?.["phase"],
        status?.["reason"],
        status?.["pullRequestUrl"],
        delivered === undefined ? undefined : `${delivered["status"]} ${delivered["reason"]}`
      ], want)
    }).pipe(Effect.provide(world({ script }))))
})

it.effect("without a broker, the runner's word is taken", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("20 seconds")
    const { status } = yield* run("first")
    assert.deepStrictEqual([status?.["phase"], status?.["headCommit"]], ["Succeeded", branch.headCommit])
  }).pipe(Effect.provide(world({
    config: { agent: { credentials: "env" } },
    script: ({ container, env }) =>
      container.name === "claude" ? { ...completed(env, "5 seconds"), message: forger } : {}
  }))))
