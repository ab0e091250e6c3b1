import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bash, inOrder, say } from "../../../../tools/agent/ScriptedModel.ts"
import { fileOf, filesOf, git, headOf, refusePushes } from "../fixtures/Remotes.ts"
import { endedWith, keepsSecrets, onlyBranchChanged, refsOf } from "./Evidence.ts"
import { startPod } from "./Pod.ts"
import { branch, makeWorld, secrets } from "./World.ts"

const answer = bash("echo 'export const answer = 42' > src/answer.js && git add -A && git commit -qm 'Add the answer'")
const work = inOrder(answer, say("The answer is there."))

const urlOf = (pull: { readonly repository: string; readonly number: number } | undefined) =>
  `https://github.com/${pull?.repository}/pull/${pull?.number}`

describe("a pod that is left to work", () => {
  it.live("delivers a CodeRun: the branch upstream, and a pull request with the agent's words", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(work)
      const before = refsOf(world.remotes.target)
      const pod = yield* startPod(world)
      const end = yield* pod.end
      endedWith(end, "Delivered")
      const head = headOf(world.remotes.target, branch)
      assert.strictEqual(end.brokerReport?.delivery?.headCommit, head)
      assert.strictEqual(fileOf(world.remotes.target, branch, "src/answer.js"), "export const answer = 42")
      assert.isFalse(filesOf(world.remotes.target, branch).some((file) => file.startsWith("task/")))
      onlyBranchChanged(world.remotes.target, before, branch)
      const [pull, ...more] = world.gitHub.pulls
      assert.deepStrictEqual(more, [])
      assert.strictEqual(end.brokerReport?.delivery?.pullRequestUrl, urlOf(pull))
      assert.strictEqual(pull?.head.sha, head)
      assert.strictEqual(pull?.base.ref, "main")
      assert.include(pull?.body ?? "", "The answer is there.")
      assert.deepStrictEqual([...world.model.keys], [secrets.apiKey])
      keepsSecrets(world, pod, end)
    }))

  it.live("delivers a DocsRun: documents and nothing else, into the branch that it came from", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash(
          "mkdir -p .taskmaster/docs/task-2 && echo stray > stray.txt && echo '# Task 2' > .taskmaster/docs/task-2/prompt.md"
        ),
        say("Documented.")
      ))
      const before = refsOf(world.remotes.docs)
      const end = yield* (yield* startPod(world, { kind: "DocsRun" })).end
      endedWith(end, "Delivered")
      const docsBranch = "docs/demo-3f9c2a1b"
      assert.strictEqual(
        git(world.remotes.docs, "diff", "--name-only", "main", docsBranch),
        "_projects/hello-api/.taskmaster/docs/task-2/prompt.md"
      )
      onlyBranchChanged(world.remotes.docs, before, docsBranch)
      assert.strictEqual(urlOf(world.gitHub.pulls[0]), end.brokerReport?.delivery?.pullRequestUrl)
    }))

  it.live("ends without changes when the agent makes none, whatever it says", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(say("I have implemented and pushed everything.")))
      const before = refsOf(world.remotes.target)
      const end = yield* (yield* startPod(world)).end
      endedWith(end, "NoChanges")
      assert.deepStrictEqual(refsOf(world.remotes.target), before)
      assert.deepStrictEqual(world.gitHub.pulls, [])
    }))

  it.live("commits what the agent left after its Stop hook asked for it once", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(({ index, texts }) => {
        if (index === 0) return bash("echo one > one.txt")
        const asked = texts.some((text) => text.includes("These changes are not committed"))
        const committed = texts.some((text) => text.includes("has been committed"))
        return asked && !committed
          ? bash("git add one.txt && git commit -qm 'Add one' && echo one.txt has been committed; echo two > two.txt")
          : say("Done.")
      })
      const end = yield* (yield* startPod(world)).end
      endedWith(end, "Delivered")
      assert.strictEqual(fileOf(world.remotes.target, branch, "one.txt"), "one")
      assert.strictEqual(fileOf(world.remotes.target, branch, "two.txt"), "two")
      const log = git(world.remotes.target, "log", "--format=%s%n%(trailers)", `main..${branch}`)
      assert.include(log, "Add one")
      assert.include(log, `Orchestrator-Run: ${world.uid}`)
    }))

  it.live("delivers with the keys in the agent's environment where there is no broker", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(work)
      const end = yield* (yield* startPod(world, { credentials: "env" })).end
      endedWith(end, "Delivered")
      assert.strictEqual(end.runnerReport.delivery?.headCommit, headOf(world.remotes.target, branch))
      assert.strictEqual(urlOf(world.gitHub.pulls[0]), end.runnerReport.delivery?.pullRequestUrl)
      assert.notInclude(end.log, secrets.apiKey)
    }))

  it.live("does not count a push that the remote refuses as delivered, and says the remote's words", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(work)
      refusePushes(world.remotes.target, "GL-HOOK-ERR: only signed commits")
      const end = yield* (yield* startPod(world)).end
      endedWith(end, "PushRejected")
      assert.include(end.message, "only signed commits")
      assert.deepStrictEqual(world.gitHub.pulls, [])
    }))
})
