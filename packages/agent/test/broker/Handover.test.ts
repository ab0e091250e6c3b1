import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { branch, deliverTo, gitToken, place, runUid, startBroker, until, visible } from "../fixtures/Broker.ts"
import { gitHub, type GitHubOptions, primaryLimit, secondaryLimit, serverError } from "../fixtures/github/GitHub.ts"
import { openPull } from "../fixtures/github/Resources.ts"
import { commitTo, git, headOf } from "../fixtures/Remotes.ts"

const start = Effect.fnUntraced(function*(
  options: Partial<GitHubOptions> = {},
  changes: Readonly<Record<string, string>> = {}
) {
  const around = yield* place
  const { remotes } = around
  const forge = yield* gitHub({ token: gitToken, repositories: { "acme/target": remotes.target }, ...options })
  const broker = yield* startBroker({
    ...around.environment,
    FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url }),
    KNOWN_BRANCH: branch,
    KNOWN_HEAD: "0".repeat(40),
    ...changes
  })
  const deliver = (report: unknown = { summary: "Added a health check." }) => deliverTo(broker, report)
  const work = () => commitTo(remotes.target, branch, { [`work-${forge.asked.length}.txt`]: "x" })
  return { around, broker, deliver, forge, remotes, work }
})

describe("delivery", () => {
  it.live("opens a pull request with what a person wants to know, and reports that it read it back", () =>
    Effect.gen(function*() {
      const { around, broker, deliver, forge, remotes, work } = yield* start({ collaborators: ["ada"] }, {
        PULL_REQUEST: JSON.stringify({ draft: true, labels: ["agent"], reviewers: ["ada"], teamReviewers: ["core"] }),
        PULL_REQUEST_TITLE: "Task 1: health check",
        TASK_URL: "https://tasks.example.test/1"
      })
      work()
      const { status, text } = yield* deliver({ summary: "Added <!-- orchestrator:end --> a check.", costUsd: 0.5 })
      assert.strictEqual(status, 200)
      const [pull] = forge.pulls
      assert.strictEqual(pull?.title, "Task 1: health check")
      assert.strictEqual(pull?.base.ref, "main")
      assert.isTrue(pull?.draft)
      assert.deepStrictEqual(pull?.labels, ["agent"])
      assert.deepStrictEqual(pull?.reviewers, ["ada"])
      assert.deepStrictEqual(pull?.teams, ["core"])
      for (const part of ["a check.", "https://tasks.example.test/1", "`demo`, attempt 1", "$0.50", runUid]) {
        assert.include(pull?.body, part)
      }
      assert.strictEqual(pull?.body?.split("<!-- orchestrator:end -->").length, 2)
      const { delivery, forgeKnown, pullRequestVerifiedAt } = broker.brokerReport()
      assert.strictEqual(delivery?.pullRequestUrl, "https://github.com/acme/target/pull/1")
      assert.strictEqual(delivery?.headCommit, headOf(remotes.target, branch))
      assert.isTrue(forgeKnown)
      assert.isDefined(pullRequestVerifiedAt)
      assert.notInclude(text + visible(around, broker), gitToken)
    }))

  it.live("takes no pull request of a fork for its own, one of the same organization's neither", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, remotes, work } = yield* start()
      work()
      const head = { ref: branch, sha: headOf(remotes.target, branch) ?? "" }
      forge.pulls.push(openPull({ repository: "acme/target", number: 1, head, fork: "acme/copy" }))
      yield* deliver()
      assert.isNull(forge.pulls[0]?.body)
      assert.strictEqual(broker.brokerReport().delivery?.pullRequestUrl, "https://github.com/acme/target/pull/2")
    }))

  it.live("asks the forge so often and no more, whatever the agent does", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      yield* Effect.forEach(Array.from({ length: 30 }), (_, index) => deliver({ summary: `Once more: ${index}` }))
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
      const asked = forge.asked.length
      yield* deliver({ summary: "And once more." })
      assert.strictEqual(forge.asked.length, asked)
      assert.include(broker.brokerReport().pullRequestProblem, "all its 30 requests")
    }))

  it.live("updates its part of the pull request that is there, and leaves what people wrote", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      yield* deliver()
      const [first] = forge.pulls
      if (first !== undefined) {
        forge.pulls[0] = { ...first, title: "Renamed", body: `Mine.\n\n${first.body}\n\nAlso mine.` }
      }
      work()
      yield* deliver({ summary: "And tests." })
      assert.lengthOf(forge.pulls, 1)
      const [pull] = forge.pulls
      assert.strictEqual(pull?.title, "Renamed")
      assert.match(pull?.body ?? "", /^Mine\.[^]*And tests\.[^]*Also mine\.$/)
      assert.notInclude(pull?.body, "Added a health check.")
      assert.isUndefined(broker.brokerReport().pullRequestProblem)
    }))

  it.live("leaves the words of a pull request that a person opened", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      yield* deliver()
      const [pull] = forge.pulls
      if (pull !== undefined) forge.pulls[0] = { ...pull, body: "Written by a person." }
      yield* deliver()
      assert.strictEqual(forge.pulls[0]?.body, "Written by a person.")
      assert.strictEqual(broker.brokerReport().delivery?.pullRequestUrl, "https://github.com/acme/target/pull/1")
    }))

  it.live("opens one pull request, although the answer to its opening was lost", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      forge.loseAnswer("POST")
      yield* deliver()
      assert.lengthOf(forge.pulls, 1)
      assert.lengthOf(forge.asked.filter(({ method }) => method === "POST"), 1)
      assert.strictEqual(broker.brokerReport().delivery?.pullRequestUrl, "https://github.com/acme/target/pull/1")
    }))

  it.live("goes on when the runner has gone away, and opens one pull request for two requests", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      forge.trouble(serverError)
      const impatient = yield* Effect.forkChild(deliver())
      yield* until(() => forge.asked.length > 0)
      yield* Fiber.interrupt(impatient)
      yield* until(() => forge.pulls.length === 1)
      yield* Effect.all([deliver(), deliver()], { concurrency: 2 })
      assert.lengthOf(forge.pulls, 1)
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
    }))

  it.live("turns away a flood of requests that nobody waits for", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      const asked = yield* Effect.all(Array.from({ length: 30 }, () => deliver()), { concurrency: 30 })
      const refused = asked.filter(({ status }) => status === 502)
      assert.isAbove(refused.length, 0)
      assert.isBelow(refused.length, 30)
      assert.include(refused[0]?.text, "deliveries at once")
      assert.strictEqual((yield* deliver()).status, 200)
      assert.lengthOf(forge.pulls, 1)
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
    }))

  it.live("delivers a branch where no forge is known, and says so", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, remotes, work } = yield* start({}, {
        REPOSITORY_URL: "https://git.example.test/acme/target.git"
      })
      work()
      const { text } = yield* deliver()
      assert.include(text, "\"forgeKnown\":false")
      assert.lengthOf(forge.asked, 0)
      const { delivery, forgeKnown } = broker.brokerReport()
      assert.isFalse(forgeKnown)
      assert.strictEqual(delivery?.headCommit, headOf(remotes.target, branch))
    }))

  it.live("finds an Enterprise server's API by the host of the repository", () =>
    Effect.gen(function*() {
      const around = yield* place
      const forge = yield* gitHub({ token: gitToken, repositories: { "acme/target": around.remotes.target } })
      const broker = yield* startBroker({
        ...around.environment,
        REPOSITORY_URL: "https://git.example.test/acme/target.git",
        FORGE_GITHUB_HOSTS: JSON.stringify({ "git.example.test": `${forge.url}/api/v3/` }),
        KNOWN_BRANCH: branch,
        KNOWN_HEAD: "0".repeat(40)
      })
      commitTo(around.remotes.target, branch, { "work.txt": "x" })
      yield* Effect.promise(() =>
        fetch(`${broker.url}/run/deliver`, {
          method: "POST",
          headers: { authorization: `Bearer ${broker.token}`, "content-type": "application/json" },
          body: JSON.stringify({ summary: "Done." })
        })
      )
      assert.isTrue(forge.asked.every(({ path }) => path.startsWith("/api/v3/repos/acme/target/")))
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
    }))

  it.live("opens the next pull request where the last one was merged, and none for a commit that was", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      yield* deliver()
      forge.merge(1)
      yield* deliver()
      assert.lengthOf(forge.pulls, 1)
      assert.strictEqual(broker.brokerReport().delivery?.pullRequestUrl, "https://github.com/acme/target/pull/1")
      work()
      yield* deliver()
      assert.lengthOf(forge.pulls, 2)
      assert.strictEqual(broker.brokerReport().delivery?.pullRequestUrl, "https://github.com/acme/target/pull/2")
    }))

  it.live("opens nothing for a branch without changes", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge } = yield* start()
      assert.strictEqual((yield* deliver()).status, 200)
      assert.lengthOf(forge.asked, 0)
      assert.isFalse(broker.brokerReport().delivery?.changed)
      assert.isUndefined(broker.brokerReport().delivery?.headCommit)
    }))

  it.live("refuses what is no report, or one that is too long", () =>
    Effect.gen(function*() {
      const { deliver, forge } = yield* start()
      const refused = [
        { report: { words: 1 }, want: 400 },
        { report: { summary: "x".repeat(300_000) }, want: 400 },
        { report: { summary: "x".repeat(1_100_000) }, want: 413 }
      ]
      for (const { report, want } of refused) assert.strictEqual((yield* deliver(report)).status, want)
      assert.lengthOf(forge.asked, 0)
    }))
})

describe("what the forge refuses is said, and the branch counts all the same", () => {
  it.live.each<{ name: string; given: Partial<GitHubOptions>; want: string }>([
    { name: "a token that is wrong", given: { token: "another" }, want: "renew the Secret" },
    { name: "a token that may only read", given: { access: "read" }, want: "pull requests: write" },
    { name: "a repository that the token does not see", given: { access: "none" }, want: "no such repository" }
  ])("$name", ({ given, want }) =>
    Effect.gen(function*() {
      const { around, broker, deliver, remotes, work } = yield* start(given)
      work()
      yield* deliver()
      const { delivery, pullRequestProblem } = broker.brokerReport()
      assert.include(pullRequestProblem, want)
      assert.isUndefined(delivery?.pullRequestUrl)
      assert.strictEqual(delivery?.headCommit, headOf(remotes.target, branch))
      assert.notInclude(visible(around, broker), gitToken)
    }))

  it.live("drafts that the repository does not have become pull requests", () =>
    Effect.gen(function*() {
      const { deliver, forge, work } = yield* start({ drafts: false }, { PULL_REQUEST: "{\"draft\":true}" })
      work()
      yield* deliver()
      assert.isFalse(forge.pulls[0]?.draft)
    }))

  it.live("a reviewer who is no collaborator does not keep the work from being delivered", () =>
    Effect.gen(function*() {
      const { broker, deliver, work } = yield* start({}, { PULL_REQUEST: "{\"reviewers\":[\"stranger\"]}" })
      work()
      yield* deliver()
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
      assert.isTrue(broker.log.some((line) => line.includes("collaborator")))
    }))

  it.live("a pull request that a person closed meanwhile is not opened again", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      yield* deliver()
      forge.close(1)
      work()
      yield* deliver()
      assert.lengthOf(forge.pulls, 1)
      assert.include(broker.brokerReport().pullRequestProblem, "someone closed")
      assert.isUndefined(broker.brokerReport().delivery?.pullRequestUrl)
    }))

  it.live("5xx and a secondary limit pass", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      forge.trouble(serverError, secondaryLimit(1))
      yield* deliver()
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
      assert.isTrue(broker.log.some((line) => line.includes("retrying in 1 s")))
    }))

  it.live("a forge that is down is named with what it said", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, remotes, work } = yield* start()
      work()
      forge.trouble(serverError, serverError, serverError, serverError)
      yield* deliver()
      const { delivery, pullRequestProblem } = broker.brokerReport()
      assert.include(pullRequestProblem, "is not responding (502")
      assert.strictEqual(delivery?.headCommit, headOf(remotes.target, branch))
      yield* deliver()
      assert.isUndefined(broker.brokerReport().pullRequestProblem)
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
    }))

  it.live("a base that the repository does not have is named before any work is done", () =>
    Effect.gen(function*() {
      const { broker, deliver, remotes, work } = yield* start({}, { PULL_REQUEST: "{\"base\":\"release\"}" })
      const asked = yield* deliver()
      assert.strictEqual(asked.status, 502)
      assert.include(broker.brokerReport().problem, "it has no branch release")
      commitTo(remotes.target, "release", { "release.txt": "x" })
      work()
      yield* deliver()
      assert.isUndefined(broker.brokerReport().problem)
      git(remotes.target, "branch", "-D", "release")
      yield* deliver()
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
    }))

  it.live("a limit that lasts is named with its end", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, work } = yield* start()
      work()
      forge.trouble(primaryLimit(1_900_000_000))
      yield* deliver()
      assert.include(broker.brokerReport().pullRequestProblem, "2030-03-17T17:46:40.000Z")
    }))
})
