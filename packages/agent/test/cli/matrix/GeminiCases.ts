/** What Gemini CLI alone does: ends that look like good ones, and requests that its API would not take. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomInt } from "node:crypto"
import { bash, fail, inOrder, say } from "../../../../../tools/agent/ScriptedModel.ts"
import { fileOf } from "../../fixtures/Remotes.ts"
import { endedWith } from "../Evidence.ts"
import { startPod as startAnyPod } from "../Pod.ts"
import type { PodOptions, TestedAgent } from "../PodSpecs.ts"
import { always, first, second } from "../Scripts.ts"
import { branch, makeWorld, opening, type World } from "../World.ts"

const commit = bash("echo work > work.txt && git add -A && git commit -qm Work")

/** A debugger stays attached to the process that runs this: when it ends, a Node process waits for each that has asked it something. */
const debugged = (port: number): string =>
  [
    "kill -USR1 $PPID",
    `cat > ../attach.js <<'END'`,
    `const attach = () => fetch("http://127.0.0.1:${port}/json").then((answer) => answer.json()).then(([{ webSocketDebuggerUrl }]) => {`,
    `  const socket = new WebSocket(webSocketDebuggerUrl)`,
    `  socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "Runtime.enable" }))`,
    `  socket.onmessage = () => require("fs").writeFileSync("../attached", "")`,
    `}).catch(() => setTimeout(attach, 100))`,
    `attach()`,
    `setInterval(() => {}, 1000)`,
    "END",
    "(NODE_OPTIONS= setsid node ../attach.js >/dev/null 2>&1 &)",
    "while [ ! -e ../attached ]; do sleep 0.1; done",
    "echo work > work.txt && git add -A && git commit -qm Work"
  ].join("\n")

const countIn = (text: string, word: string): number => text.split(word).length - 1

export const geminiCases = (agent: TestedAgent): void => {
  const startPod = (world: World, options: PodOptions = {}) => startAnyPod(world, { agent, ...options })

  describe("what looks like success and is none", () => {
    it.live.each(["MAX_TOKENS", "SAFETY"])(
      "is an answer that ends with %s: what was done is on the branch",
      (ends) =>
        Effect.gen(function*() {
          const world = yield* makeWorld(inOrder(commit, { text: "I have also changed", ends }))
          const end = yield* (yield* startPod(world)).end
          endedWith(end, "AgentError")
          assert.include(end.message, ends)
          assert.strictEqual(fileOf(world.remotes.target, branch, "work.txt"), "work")
        })
    )

    it.live("is a loop that it stops by itself", () =>
      Effect.gen(function*() {
        const world = yield* makeWorld(always(bash("echo same")))
        const end = yield* (yield* startPod(world)).end
        endedWith(end, "AgentError")
        assert.include(end.message, "Loop detected")
        assert.isAtMost(world.model.turns.length, 10)
      }))

    it.live("is exit code 0 in the middle of a call: it goes on", () =>
      Effect.gen(function*() {
        const world = yield* makeWorld(inOrder(bash("kill -TERM $PPID; sleep 30"), commit, say("Done.")))
        const end = yield* (yield* startPod(world)).end
        endedWith(end, "Delivered")
        assert.include(end.log, "continuing after")
        assert.strictEqual(fileOf(world.remotes.target, branch, "work.txt"), "work")
      }))

    it.live("is a process that does not exit after its last word: it is ended, and that is said", () =>
      Effect.gen(function*() {
        const port = randomInt(20_000, 60_000)
        const world = yield* makeWorld(inOrder(bash(debugged(port)), say("Done.")))
        const agentEnvironment = { NODE_OPTIONS: `--inspect-port=127.0.0.1:${port}` }
        const end = yield* (yield* startPod(world, { agentEnvironment })).end
        endedWith(end, "Delivered")
        assert.include(end.message, "did not exit")
        assert.strictEqual(fileOf(world.remotes.target, branch, "work.txt"), "work")
      }))
  })

  describe("an API that Gemini CLI does not try again", () => {
    it.live.each([
      { status: 400, type: "INVALID_ARGUMENT", words: "The input token count exceeds the maximum", want: "AgentError" },
      { status: 403, type: "PERMISSION_DENIED", words: "The key is not allowed here", want: "SetupFailed" },
      { status: 404, type: "NOT_FOUND", words: "The model is not found", want: "InvalidSpec" }
    ])("with $status ends the run as $want, in its words", ({ status, type, want, words }) =>
      Effect.gen(function*() {
        const world = yield* makeWorld(always(fail(status, type, words)))
        const end = yield* (yield* startPod(world)).end
        endedWith(end, want)
        assert.include(end.message, words)
        assert.strictEqual(world.model.turns.length, 1)
      }))
  })

  describe("a session that is resumed", () => {
    it.live("has one answer for each call, as the API wants it", () =>
      Effect.gen(function*() {
        const world = yield* makeWorld(first)
        const one = yield* (yield* startPod(world)).end
        endedWith(one, "Delivered")
        world.model.play(second)
        const options = { known: one.brokerReport?.delivery, spec: { contextVersion: 2 } }
        const end = yield* (yield* startPod(world, options)).end
        endedWith(end, "Delivered")
        assert.isTrue(end.runnerReport.resumed, end.runnerReport.resumeProblem)
        assert.include(opening(world), "xylophone")
        const { body = "" } = world.model.turns.at(-1) ?? {}
        assert.strictEqual(countIn(body, "\"functionCall\""), 2)
        assert.strictEqual(countIn(body, "\"functionResponse\""), 2)
      }))
  })
}
