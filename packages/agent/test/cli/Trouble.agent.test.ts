import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { bash, fail, inOrder, type Reply, say, type Script } from "../../../../tools/agent/ScriptedModel.ts"
import { fileOf, headOf } from "../fixtures/Remotes.ts"
import { endedWith, keepsSecrets } from "./Evidence.ts"
import { startPod } from "./Pod.ts"
import { always, endless } from "./Scripts.ts"
import { impatient } from "./Settings.ts"
import { branch, makeWorld } from "./World.ts"

const commit = bash("echo work > work.txt && git add -A && git commit -qm Work")

/** This failure of the API, then a task that is done. */
const atFirst = (times: number, reply: Reply): Script => ({ index, texts }) =>
  index < times ? reply : texts.some((text) => text.includes("work is committed")) ? say("Done.") : {
    tool: "Bash",
    input: { command: `${String(commit.input["command"])}; echo the work is committed` }
  }

describe("a limit of the run", () => {
  it.live("in turns ends it, and what was done is on the branch", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(endless)
      const end = yield* (yield* startPod(world, { spec: { maxTurns: 2 } })).end
      endedWith(end, "BudgetExceeded")
      assert.include(fileOf(world.remotes.target, branch, "turns.txt"), "0\n1")
    }))

  it.live("in money holds at the broker before a request goes out, whatever the agent counts", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(endless)
      const end = yield* (yield* startPod(world, { spec: { maxCostUsd: 0.5 } })).end
      endedWith(end, "BudgetExceeded")
      assert.strictEqual(end.brokerReport?.modelRefused, "Budget")
      assert.strictEqual(world.model.turns.length, 0)
      assert.isUndefined(headOf(world.remotes.target, branch))
    }))
})

describe("a model API that fails", () => {
  it.live("with 401 ends the run at once as a matter of credentials", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(always(fail(401, "authentication_error", "invalid x-api-key")))
      const pod = yield* startPod(world, { files: impatient })
      const end = yield* pod.end
      endedWith(end, "SetupFailed")
      assert.include(end.message, "credentials")
      assert.isUndefined(headOf(world.remotes.target, branch))
      keepsSecrets(world, pod, end)
    }))

  it.live("with 429 and a reset far away ends as RateLimited with the reset time that only the broker sees", () =>
    Effect.gen(function*() {
      const reset = Math.floor((yield* Clock.currentTimeMillis) / 1000) + 3 * 3600
      const world = yield* makeWorld(always(fail(429, "rate_limit_error", "This request would exceed your limit.", {
        "retry-after": "10800",
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": String(reset),
        "anthropic-ratelimit-unified-representative-claim": "five_hour"
      })))
      const end = yield* (yield* startPod(world)).end
      endedWith(end, "RateLimited")
      const resetAt = new Date(reset * 1000).toISOString()
      assert.strictEqual(end.brokerReport?.resetAt, resetAt)
      assert.strictEqual(end.runnerReport.resetAt, resetAt)
    }))

  it.live("with 429 and a reset that is near is waited for in the pod", () =>
    Effect.gen(function*() {
      const reset = Math.floor((yield* Clock.currentTimeMillis) / 1000) + 8
      const world = yield* makeWorld(atFirst(
        1,
        fail(429, "rate_limit_error", "This request would exceed your limit.", {
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": String(reset)
        })
      ))
      const end = yield* (yield* startPod(world, { files: impatient })).end
      endedWith(end, "Delivered")
      assert.isUndefined(end.brokerReport?.resetAt)
      assert.isAbove((yield* Clock.currentTimeMillis) / 1000, reset)
    }))

  it.live("with 529 for a while is asked again in the same session", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(atFirst(2, fail(529, "overloaded_error", "Overloaded")))
      const end = yield* (yield* startPod(world, { files: impatient })).end
      endedWith(end, "Delivered")
      assert.include(world.model.turns.at(-1)?.texts.join("\n") ?? "", "Finish the task you were given.")
    }))

  it.live("with 529 for good ends the run after a bounded number of tries", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(always(fail(529, "overloaded_error", "Overloaded")))
      const end = yield* (yield* startPod(world, { files: impatient })).end
      endedWith(end, "AgentError")
      assert.include(end.message, "Overloaded")
      assert.isAtMost(world.model.turns.length, 8)
    }))

  it.live("in mid-stream is asked again, and nothing is done twice", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash("echo once >> work.txt"),
        { cut: "I was about to say that the" },
        bash("git add -A && git commit -qm Work"),
        say("Done.")
      ))
      const end = yield* (yield* startPod(world)).end
      endedWith(end, "Delivered")
      assert.strictEqual(fileOf(world.remotes.target, branch, "work.txt"), "once")
    }))

  it.live("with garbage ends the run and says what it was", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(always({ raw: "<html>502 Bad Gateway</html>" }))
      const end = yield* (yield* startPod(world, { files: impatient })).end
      endedWith(end, "AgentError")
      assert.match(end.message, /malformed|connection|empty/i)
    }))

  it.live("by never answering ends the run by the runner's own clock", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(commit, { hang: true }))
      const end = yield* (yield* startPod(world, { agentEnvironment: { ORCHESTRATOR_SILENCE_SECONDS: "20" } })).end
      endedWith(end, "AgentError")
      assert.include(end.message, "no sign of life")
      assert.strictEqual(fileOf(world.remotes.target, branch, "work.txt"), "work")
    }))

  it.live("by not answering in time is cut by the broker and asked again", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(atFirst(1, { hang: true }))
      const end = yield* (yield* startPod(world, { brokerEnvironment: { ANSWER_SECONDS: "2" } })).end
      endedWith(end, "Delivered")
    }))
})
