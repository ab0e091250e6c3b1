/** Results that are no end, ends that are none of the agent's doing, and the versions of the CLI that can be worked with. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { testedClaudeCode } from "../../../../tools/agent/ClaudeCode.ts"
import { bash, inOrder, say } from "../../../../tools/agent/ScriptedModel.ts"
import { fileOf } from "../fixtures/Remotes.ts"
import { reached } from "./Calls.ts"
import { endedWith } from "./Evidence.ts"
import { startPod } from "./Pod.ts"
import { branch, makeWorld } from "./World.ts"

const version = testedClaudeCode.split(".").map(Number)
const isBefore = (...other: ReadonlyArray<number>) => {
  const at = version.findIndex((part, index) => part !== other[index])
  return at >= 0 && Number(version[at]) < Number(other[at])
}

describe("Claude Code in this version", () => {
  it.live("works, or ends before anything is spent with the words that say which one does", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(bash("echo work > work.txt"), say("Done.")))
      const end = yield* (yield* startPod(world)).end
      if (!isBefore(2, 0, 60)) return endedWith(end, "Delivered")
      endedWith(end, "SetupFailed")
      assert.include(
        end.message,
        `has Claude Code ${version.join(".")}; at least 2.0.60 is needed: set agent.image.tag`
      )
      assert.deepStrictEqual(world.model.turns, [])
    }))

  it.live.skipIf(isBefore(2, 0, 60))(
    "has none of the tools by which it would go on when nobody waits",
    () =>
      Effect.gen(function*() {
        const world = yield* makeWorld(inOrder(
          { tool: "ScheduleWakeup", input: { delaySeconds: 60, reason: "the build", prompt: "Go on" } },
          bash("echo work > work.txt"),
          say("Done.")
        ))
        const end = yield* (yield* startPod(world)).end
        endedWith(end, "Delivered")
        assert.strictEqual(end.message.includes("was stopped by the runner"), false, end.message)
        assert.include(world.model.turns[1]?.texts.at(-1) ?? "", "No such tool available")
        for (const tool of ["ScheduleWakeup", "CronCreate", "Monitor", "Workflow", "EnterWorktree"]) {
          assert.notInclude(world.model.turns[0]?.tools ?? [], tool)
        }
      })
  )
})

describe.skipIf(isBefore(2, 1, 0))("an attempt", () => {
  it.live("goes on after the empty result for a task that died with the attempt before", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(({ index }) =>
        index === 0 ? bash("sleep 300", { run_in_background: true }) : bash("touch ../reached; sleep 300")
      )
      const killed = yield* startPod(world)
      yield* reached(world)
      yield* killed.agent.signal("SIGKILL")
      yield* killed.end
      // Longer than the runner waits for the exit of an agent that is at its end.
      world.model.play(
        inOrder(bash("sleep 4"), bash("echo work > work.txt && git add -A && git commit -qm Work"), say("All done."))
      )
      const end = yield* (yield* startPod(world, { spec: { contextVersion: 2 } })).end
      endedWith(end, "Delivered")
      assert.isTrue(end.runnerReport.resumed)
      assert.include(end.runnerReport.message, "All done.")
      assert.notInclude(end.log, "stopping the agent")
      assert.deepInclude(end.runnerReport.usage, { turns: 3, inputTokens: 3000, outputTokens: 150 })
      assert.strictEqual(fileOf(world.remotes.target, branch, "work.txt"), "work")
    }))

  it.live("has the work of a subagent that goes on after the first answer, and its tokens", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(({ body, index, texts, tools }) => {
        if (index === 0) {
          return {
            tool: tools.includes("Agent") ? "Agent" : "Task",
            input: { description: "d", prompt: "SUB", subagent_type: "general-purpose", run_in_background: true }
          }
        }
        const inSubagent = texts.some((text) => text.startsWith("SUB")) && !body.includes("Before you start")
        if (!inSubagent) return say("Wait for it.")
        return body.includes("sub-done") ? say("Sub is done.") : bash("sleep 4; echo sub > sub.txt; echo sub-done")
      })
      const end = yield* (yield* startPod(world)).end
      endedWith(end, "Delivered")
      assert.notInclude(end.log, "stopping the agent")
      assert.strictEqual(fileOf(world.remotes.target, branch, "sub.txt"), "sub")
      assert.strictEqual(end.runnerReport.usage?.inputTokens, 1000 * world.model.turns.length)
    }))

  it.live("says in the status and in the pull request what it left out", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash("echo work > work.txt && (mkdir app && cd app && git init -q && echo x > app.js)"),
        bash("git clone -q $(git config remote.origin.url) reference"),
        say("Done.")
      ))
      const end = yield* (yield* startPod(world)).end
      endedWith(end, "Delivered")
      assert.include(end.message, "Left out: reference (a repository of its own).")
      assert.include(world.gitHub.pulls[0]?.body ?? "", "Left out: reference")
      assert.strictEqual(fileOf(world.remotes.target, branch, "app/app.js"), "x")
    }))
})
