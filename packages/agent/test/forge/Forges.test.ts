/** What a broker relies on, at each forge that has a double: held to what is published of its API. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { deliverPullRequest } from "../../src/forge/PullRequests.ts"
import { bodyWith, ownPart } from "../../src/forge/PullRequestText.ts"
import { connectTo, forges, partOf, wish, withoutWaiting } from "../fixtures/forges/Forges.ts"
import { end, pullOf } from "../fixtures/forges/Pulls.ts"
import { commitTo, headOf } from "../fixtures/Remotes.ts"

const work = (target: string, file = "work.txt"): string => {
  commitTo(target, "task", { [file]: "x" })
  return headOf(target, "task") ?? ""
}

/** Of a hundred lines, as an agent may write them. */
const longPart = ownPart({
  task: "1",
  taskUrl: undefined,
  closing: undefined,
  run: { name: "demo", uid: "u", attempt: { contextVersion: 1, retry: 0 } },
  summary: Array.from({ length: 300 }, (_, index) => `${index}: ${"words ".repeat(20)}`).join("\n"),
  costUsd: 1,
  costBy: "prices"
})

describe.each(forges)("$name", (forge) => {
  it.live("has one pull request for a branch, however often it is delivered, and keeps what people wrote", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      const head = work(remotes.target)
      const url = yield* connection((at) => deliverPullRequest(at, wish(head)))
      const [pull] = world.pulls
      assert.deepInclude(pull, { title: "Say hello", body: partOf("Hello."), branch: "task", base: "main" })
      if (pull !== undefined) {
        pull.title = "Renamed"
        pull.body = `Mine.\n${pull.body}`
        pull.reviewers = ["bob"]
      }
      const next = work(remotes.target, "more.txt")
      const again = yield* connection((at) => deliverPullRequest(at, wish(next, { part: partOf("More.") })))
      assert.strictEqual(again, url)
      assert.lengthOf(world.pulls, 1)
      assert.deepInclude(pull, { title: "Renamed", body: `Mine.\n${partOf("More.")}`, reviewers: ["bob"] })
    }))

  it.live("reads it back: open, merged, closed by a person, and of another head", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      const head = work(remotes.target)
      const url = yield* connection((at) => deliverPullRequest(at, wish(head)))
      const found = yield* connection((at) => at.find("task"))
      assert.deepStrictEqual(found.map(({ id, state, url }) => [id, state, url]), [[1, "open", url]])
      assert.deepStrictEqual(yield* connection((at) => at.find("tas")), [])
      const read = yield* connection((at) => at.read(1))
      assert.deepInclude(read, { id: 1, url, state: "open", branch: "task", commit: head })
      end(world, 1, "merged")
      assert.strictEqual(yield* connection((at) => deliverPullRequest(at, wish(head))), url)
      end(world, 1, "closed")
      const error = yield* Effect.flip(connection((at) => deliverPullRequest(at, wish(head, { known: url }))))
      assert.strictEqual(error.reason._tag, "Closed")
      const [, second] = [
        yield* connection((at) => deliverPullRequest(at, wish(head))),
        world.pulls[1]
      ]
      assert.strictEqual(second?.state, "open")
    }))

  it.live("takes labels, reviewers and drafts where it has them, and delivers without them", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      const options = wish(work(remotes.target), {
        draft: true,
        labels: ["agent"],
        reviewers: [forge.reviewer, "nobody"]
      })
      yield* connection((at) => deliverPullRequest(at, options))
      const [pull] = world.pulls
      assert.deepStrictEqual(pull?.labels, forge.hasLabels ? ["agent"] : [])
      assert.isTrue(pull?.reviewers.includes("ada"))
      assert.isTrue(forge.marksDraft === "title" ? pull?.title.startsWith("Draft: ") : pull?.draft)
      assert.isTrue((yield* connection((at) => at.look(1))).isDraft)
      yield* connection((at) => at.markReady(1))
      assert.isFalse((yield* connection((at) => at.look(1))).isDraft)
      assert.strictEqual(pull?.title, "Say hello")
      assert.include(pull?.body, "Hello.")
      assert.isTrue(pull?.reviewers.includes("ada"))
    }))

  it.live("opens one although the answer was lost, and finds the one that somebody else opened meanwhile", () =>
    Effect.gen(function*() {
      const { connection, double, remotes, world } = yield* connectTo(forge)
      const head = work(remotes.target)
      double.loseAnswer("POST")
      yield* connection((at) => deliverPullRequest(at, wish(head)))
      assert.lengthOf(world.pulls, 1)
      assert.lengthOf(double.asked.filter(({ method }) => method === "POST"), 1)
    }).pipe(withoutWaiting))

  it.live("takes none of a fork's for the run's", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      const head = work(remotes.target)
      yield* connection((at) => deliverPullRequest(at, wish(head)))
      const [pull] = world.pulls
      if (pull !== undefined) pull.fork = true
      assert.deepStrictEqual(yield* connection((at) => at.find("task")), [])
      assert.isTrue((yield* connection((at) => at.look(1))).isFork)
    }))

  it.live("is found among very many of forks, whose branches have its name", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      const head = work(remotes.target)
      const url = yield* connection((at) => deliverPullRequest(at, wish(head)))
      const [own] = world.pulls
      if (own === undefined) return
      world.pulls.push(...Array.from({ length: 120 }, (_, index) => ({ ...own, number: index + 2, fork: true })))
      assert.strictEqual(yield* connection((at) => deliverPullRequest(at, wish(head))), url)
      assert.lengthOf(world.pulls, 121)
    }))

  it.live("has room for our part, and where it has little of it, cuts the agent's words", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      yield* connection((at) => deliverPullRequest(at, wish(work(remotes.target), { part: longPart })))
      const body = pullOf(world, 1)?.body ?? ""
      const { longestBody } = yield* connection((at) => Effect.succeed(at))
      assert.isAtMost(body.length, longestBody)
      assert.match(
        body,
        /^<!-- orchestrator:run u -->[^]*\n> ````````\n[^]*\| Task \| 1 \|[^]*<!-- orchestrator:end -->$/
      )
      assert.strictEqual(bodyWith(body, "new", "u"), "new")
    }))

  it.live("is followed to the repository's new name", () =>
    Effect.gen(function*() {
      if (forge.old === undefined) return
      const { connection, remotes, world } = yield* connectTo(forge, { name: forge.old })
      const head = work(remotes.target)
      const url = yield* connection((at) => deliverPullRequest(at, wish(head)))
      assert.include(url, `/${world.name.name}/`)
      assert.lengthOf(world.pulls, 1)
    }))

  it.live("tells what a reviewer wants, and what builds say", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      const head = work(remotes.target)
      yield* connection((at) => deliverPullRequest(at, wish(head)))
      world.comments.push(
        { id: 1, author: "ada", text: "Not yet." },
        { id: 2, author: "ada", text: "Why?", path: "src/main.ts", line: 7 },
        { id: 3, author: "bob", text: "Fine." }
      )
      assert.isUndefined(yield* connection((at) => at.review(1, "ada")))
      world.unhappy.push("ada")
      const review = yield* connection((at) => at.review(1, "ada"))
      assert.strictEqual(review?.words, "Not yet.\n\n### src/main.ts, line 7\n\nWhy?")
      assert.strictEqual((yield* connection((at) => at.checks(head))).state, "none")
      world.statuses.push({ name: "build", state: "failed", words: "Broken" })
      const { failures, state } = yield* connection((at) => at.checks(head))
      assert.strictEqual(state, "failed")
      assert.match(failures[0]?.words ?? "", /^Broken\nhttps:/)
      world.statuses.push({ name: "lint", state: "pending", words: "" })
      assert.strictEqual((yield* connection((at) => at.checks(head))).state, "pending")
    }))

  it.live("has one comment of ours, edited where it is", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      yield* connection((at) => deliverPullRequest(at, wish(work(remotes.target))))
      world.comments.push({ id: 1, author: "ada", text: "<!-- mark --> is not mine" })
      yield* connection((at) => at.answer(1, "<!-- mark -->", "<!-- mark --> It is running."))
      yield* connection((at) => at.answer(1, "<!-- mark -->", "<!-- mark --> It is done."))
      assert.deepStrictEqual(world.comments.map(({ text }) => text), [
        "<!-- mark --> is not mine",
        "<!-- mark --> It is done."
      ])
    }))

  it.live("has one comment of ours, also where nobody knows what became of the first try", () =>
    Effect.gen(function*() {
      const { connection, double, remotes, world } = yield* connectTo(forge)
      yield* connection((at) => deliverPullRequest(at, wish(work(remotes.target))))
      double.loseAnswer("POST")
      const answer = connection((at) => at.answer(1, "<!-- mark -->", "<!-- mark --> It is running."))
      assert.strictEqual((yield* Effect.flip(answer)).reason._tag, "Unavailable")
      yield* answer
      assert.lengthOf(world.comments, 1)
    }).pipe(withoutWaiting))

  it.live("reads a file of a branch, whatever its path and the branch are called", () =>
    Effect.gen(function*() {
      const { connection, remotes } = yield* connectTo(forge)
      const path = ".taskmaster/tasks of #1?/t\u00e4sks.json"
      commitTo(remotes.target, "a/b", { [path]: "{\"on\": \"a/b \u2713\"}" })
      const read = (file: string, branch: string) => connection((at) => at.file(file, branch))
      assert.strictEqual(yield* read(path, "a/b"), "{\"on\": \"a/b \u2713\"}")
      assert.strictEqual(yield* read(`./${path.replace("/", "//")}`, "a/b"), "{\"on\": \"a/b \u2713\"}")
      for (
        const [file, branch] of [
          [path, "main"],
          [path, "none"],
          ["none.json", "a/b"],
          [".taskmaster", "a/b"],
          ["", "a/b"],
          [`../${path}`, "a/b"],
          [`.taskmaster/../../../secret`, "a/b"]
        ] as const
      ) assert.isUndefined(yield* read(file, branch), `${branch}:${file}`)
    }))

  it.live("tells who may push, where it tells it at all", () =>
    Effect.gen(function*() {
      const { connection } = yield* connectTo(forge)
      const [ada, bob] = forge.tells
      assert.strictEqual(yield* connection((at) => at.mayWrite("ada")), ada)
      assert.strictEqual(yield* connection((at) => at.mayWrite("bob")), bob)
    }))
})
