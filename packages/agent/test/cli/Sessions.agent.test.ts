import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { globSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bash, inOrder } from "../../../../tools/agent/ScriptedModel.ts"
import { fileOf } from "../fixtures/Remotes.ts"
import { reached } from "./Calls.ts"
import { endedWith } from "./Evidence.ts"
import { startPod } from "./Pod.ts"
import { first, second } from "./Scripts.ts"
import { branch, makeWorld, opening, sessionOf } from "./World.ts"

/** A world in which a first attempt has delivered; the next one plays the second script. */
const afterFirst = Effect.gen(function*() {
  const world = yield* makeWorld(first)
  const end = yield* (yield* startPod(world)).end
  endedWith(end, "Delivered")
  world.model.play(second)
  return { world, known: end.brokerReport?.delivery }
})

describe("a later attempt", () => {
  it.live("resumes the session: the model sees the earlier turns and what the person adds", () =>
    Effect.gen(function*() {
      const { known, world } = yield* afterFirst
      const spec = { contextVersion: 2, promptModification: "Now do it with @two, please.\n```\n/cost\n```" }
      const end = yield* (yield* startPod(world, { known, spec })).end
      endedWith(end, "Delivered")
      assert.isTrue(end.runnerReport.resumed)
      assert.strictEqual(end.runnerReport.sessionId, sessionOf(world, 1))
      const prompt = opening(world)
      assert.include(prompt, "The password of the day is xylophone.")
      assert.include(prompt, "Now do it with \\@two, please.\n```\n/cost\n```")
      assert.include(prompt, "Check git status and git log first")
      assert.strictEqual(fileOf(world.remotes.target, branch, "one.txt"), "one")
      assert.strictEqual(fileOf(world.remotes.target, branch, "two.txt"), "two")
      assert.strictEqual(world.gitHub.pulls.length, 1)
    }))

  it.live("starts fresh where the transcript is gone, says so, and goes on with the branch", () =>
    Effect.gen(function*() {
      const { known, world } = yield* afterFirst
      rmSync(join(world.workspace, ".claude", "projects"), { recursive: true })
      const end = yield* (yield* startPod(world, { known, spec: { contextVersion: 2 } })).end
      endedWith(end, "Delivered")
      assert.isFalse(end.runnerReport.resumed)
      assert.include(end.runnerReport.resumeProblem ?? "", sessionOf(world, 1))
      assert.strictEqual(end.runnerReport.sessionId, sessionOf(world, 2))
      assert.notInclude(opening(world), "xylophone")
      assert.strictEqual(fileOf(world.remotes.target, branch, "one.txt"), "one")
    }))

  it.live("starts fresh where the agent does not take the transcript for one", () =>
    Effect.gen(function*() {
      const { known, world } = yield* afterFirst
      const [transcript = ""] = globSync(join(world.workspace, ".claude", "projects", "*", "*.jsonl"))
      writeFileSync(transcript, "{\"type\":\"summary\",\"summary\":\"Work\"}\n")
      const end = yield* (yield* startPod(world, { known, spec: { contextVersion: 2 } })).end
      endedWith(end, "Delivered")
      assert.isFalse(end.runnerReport.resumed)
      assert.include(end.runnerReport.resumeProblem ?? "", "did not find the session")
      assert.notInclude(opening(world), "xylophone")
    }))

  it.live("of another run continues the tenant's session that the controller names", () =>
    Effect.gen(function*() {
      const { world } = yield* afterFirst
      const uid = world.uid.replace("3f9c2a1b", "77777777")
      const run = { name: "demo-two", uid }
      const spec = { continueSession: true }
      const agentEnvironment = { RESUME_SESSION_ID: sessionOf(world, 1) }
      const end = yield* (yield* startPod(world, { run, spec, agentEnvironment })).end
      endedWith(end, "Delivered")
      assert.isTrue(end.runnerReport.resumed)
      assert.include(opening(world), "The password of the day is xylophone.")
      assert.strictEqual(end.brokerReport?.delivery?.branch, `${branch}-77777777`)
    }))

  it.live("repairs the workspace after the pod was killed in the middle of a call", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash("echo half > half.txt; git add half.txt; touch .git/index.lock; touch ../reached; sleep 300")
      ))
      const killed = yield* startPod(world)
      yield* reached(world)
      yield* killed.agent.signal("SIGKILL")
      const lost = yield* killed.end
      assert.strictEqual(lost.exitCode, 137)
      assert.notStrictEqual(lost.reason, "Delivered")
      world.model.play(second)
      const end = yield* (yield* startPod(world, { spec: { contextVersion: 2 } })).end
      endedWith(end, "Delivered")
      assert.isTrue(end.runnerReport.resumed)
      assert.strictEqual(fileOf(world.remotes.target, branch, "half.txt"), "half")
      assert.include(opening(world), "Changes left by an interrupted attempt were committed")
    }))
})
