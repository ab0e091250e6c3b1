import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { bash, inOrder, say } from "../../../../tools/agent/ScriptedModel.ts"
import { fileOf, git } from "../fixtures/Remotes.ts"
import { nap, reached, running } from "./Calls.ts"
import { endedWith } from "./Evidence.ts"
import { startPod } from "./Pod.ts"
import { withSetting } from "./Settings.ts"
import { branch, makeWorld } from "./World.ts"

const idle = inOrder(say("Nothing to do."))

describe("an agent's processes", () => {
  it.live("are ended where it has finished and does not exit", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash("echo work > work.txt && git add -A && git commit -qm Work"),
        say("Done.")
      ))
      const stays = [{ hooks: [{ type: "command", command: `sleep ${nap(world)}`, timeout: 600 }] }]
      const end = yield* (yield* startPod(world, { files: withSetting("hooks", "SessionEnd", stays) })).end
      endedWith(end, "Delivered")
      assert.include(end.log, "it has finished but does not exit")
      assert.match(end.message, /^The agent was stopped by the runner: after its last answer it did not exit/)
      assert.deepStrictEqual(running(nap(world)), [])
    }))

  it.live("that it leaves in the background are ended before the work is saved", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(idle)
      world.model.play(inOrder(
        bash(
          `(setsid nohup bash -c 'while :; do date > noise.txt; sleep 0.05; done' >/dev/null 2>&1 &) ; ` +
            `(setsid sleep ${nap(world)} >/dev/null 2>&1 &) ; echo work > work.txt`
        ),
        say("Done.")
      ))
      const pod = yield* startPod(world)
      const end = yield* pod.end
      endedWith(end, "Delivered")
      assert.match(end.log, /killed \d+ processes/)
      assert.strictEqual(fileOf(world.remotes.target, branch, "work.txt"), "work")
      assert.deepStrictEqual(running(nap(world)), [])
    }))

  it.live("are ended by SIGTERM in the middle of a call, and the work is saved upstream", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(idle)
      world.model.play(inOrder(bash(`echo half > half.txt; touch ../reached; sleep ${nap(world)}`)))
      const pod = yield* startPod(world, { cancelled: true })
      yield* reached(world)
      yield* pod.agent.signal("SIGTERM")
      const end = yield* pod.end
      endedWith(end, "Cancelled")
      assert.strictEqual(end.exitCode, 143)
      assert.strictEqual(end.runnerReport.outcome, "Interrupted")
      assert.strictEqual(fileOf(world.remotes.target, branch, "half.txt"), "half")
      assert.match(git(world.remotes.target, "log", "-1", "--format=%s", branch), /^wip: /)
      assert.deepStrictEqual(running(nap(world)), [])
    }))

  it.live("do not notice that the broker was killed and started again", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash(
          "touch ../reached; while [ ! -e ../go ]; do sleep 0.1; done; echo work > work.txt; git add -A; git commit -qm Work"
        ),
        say("Done.")
      ))
      const pod = yield* startPod(world)
      yield* reached(world)
      yield* pod.broker()?.signal("SIGKILL") ?? Effect.void
      yield* pod.broker()?.ended ?? Effect.void
      yield* pod.restartBroker
      writeFileSync(join(world.workspace, "go"), "")
      const end = yield* pod.end
      endedWith(end, "Delivered")
      assert.strictEqual(Object.values(end.brokerReport?.models ?? {})[0]?.answers, 2)
      assert.strictEqual(world.gitHub.pulls.length, 1)
    }))
})
