/** A whole delivery by a broker at each forge: the token is seen by the forge alone, and nothing but the run's own branch has a pull request. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { agentClone } from "../fixtures/AgentGit.ts"
import { branch, deliverTo, gitToken, place, startBroker, visible } from "../fixtures/Broker.ts"
import { startDouble } from "../fixtures/forges/Double.ts"
import { type Forge, forges } from "../fixtures/forges/Forges.ts"
import { commitTo, git, headOf } from "../fixtures/Remotes.ts"

const other = "fake-token-for-another-forge"

/** What forges keep beside branches, with how the broker calls it. */
const otherRefs: ReadonlyArray<readonly [ref: string, called: string]> = [
  ["refs/heads/main", "main"],
  ["refs/heads/theirs", "theirs"],
  [`refs/heads/${branch}/x`, `${branch}/x`],
  ["refs/heads/elsewhere", "elsewhere"],
  ["refs/tags/v1", "tags"],
  ["refs/for/main", "refs/for/main"],
  ["refs/pull/1/head", "refs/pull/1/head"],
  ["refs/merge-requests/1/head", "refs/merge-requests/1/head"],
  ["refs/pull-requests/1/from", "refs/pull-requests/1/from"],
  ["refs/pull/1/merge", "refs/pull/1/merge"],
  ["refs/environments/prod/deployments/1", "refs/environments/prod/deployments/1"]
]

const refsOf = (remote: string) => git(remote, "for-each-ref")

const start = Effect.fnUntraced(function*(forge: Forge) {
  const around = yield* place
  const { folder, remotes } = around
  // The user has an account at GitHub too.
  writeFileSync(join(folder, "credentials", "github-token"), other)
  writeFileSync(join(folder, "credentials", "git-token"), gitToken)
  const double = yield* startDouble(forge.dialect, {
    token: gitToken,
    folder: remotes.target,
    root: forge.root,
    name: forge.repository
  })
  const url = `https://forge.example.test${forge.clone}`
  const broker = yield* startBroker({
    ...around.environment,
    REPOSITORY_URL: url,
    GIT_ALLOWED_HOSTS: "forge.example.test,github.com",
    GIT_INSTEAD_OF: JSON.stringify({
      [url]: `file://${remotes.target}`,
      "https://github.com/acme/": `file://${join(folder, "remotes")}/`
    }),
    FORGE_HOSTS: JSON.stringify({ "forge.example.test": { kind: forge.name, api: double.url } }),
    PULL_REQUEST: JSON.stringify({ labels: ["agent"], reviewers: [forge.reviewer] }),
    KNOWN_BRANCH: branch,
    KNOWN_HEAD: "0".repeat(40)
  })
  const deliver = (summary: string) => Effect.map(deliverTo(broker, { summary }), ({ text }) => text)
  return { around, broker, deliver, double, remotes, world: double.world }
})

describe.each(forges)("a broker at $name", (forge) => {
  it.live("delivers a pull request that it read back, and shows the token to nobody", () =>
    Effect.gen(function*() {
      const { around, broker, deliver, double, remotes, world } = yield* start(forge)
      commitTo(remotes.target, branch, { "work.txt": "x" })
      commitTo(remotes.target, "theirs", { "other.txt": "x" })
      const text = yield* deliver(`<!-- orchestrator:end --> /approve @everyone Closes #1 ${gitToken}`)
      assert.lengthOf(world.pulls, 1)
      assert.deepInclude(world.pulls[0], { branch, base: "main", state: "open" })
      const { delivery, forgeKnown, pullRequestProblem, pullRequestVerifiedAt } = broker.brokerReport()
      assert.isUndefined(pullRequestProblem)
      assert.strictEqual(delivery?.headCommit, headOf(remotes.target, branch))
      assert.isDefined(delivery?.pullRequestUrl)
      assert.isTrue(forgeKnown)
      assert.isDefined(pullRequestVerifiedAt)
      const said = [text, visible(around, broker), world.pulls[0]?.body, ...double.asked.map(({ path }) => path)].join()
      assert.notInclude(said, gitToken)
      assert.notInclude(said, other)
      assert.strictEqual(world.pulls[0]?.body.split("<!-- orchestrator:end -->").length, 2)
      assert.notMatch(world.pulls[0]?.body ?? "", /^\/approve|@everyone|Closes #1/m)
      assert.isFalse(double.asked.some(({ headers }) => JSON.stringify(headers).includes(other)))
    }))

  it.live("writes the run's branch and no other, by whatever way of this forge it is asked", () =>
    Effect.gen(function*() {
      const { around, broker, double, remotes } = yield* start(forge)
      commitTo(remotes.target, "theirs", { "other.txt": "x" })
      const { commit, say } = yield* agentClone(broker, around.folder)
      yield* commit("work.txt")
      const before = refsOf(remotes.target)
      for (const [ref, kind] of otherRefs) {
        const { ok, words } = yield* say("push", "--force", "origin", `HEAD:${ref}`)
        assert.isFalse(ok, ref)
        assert.include(words, `${kind} cannot be pushed`)
      }
      const names = [
        "target",
        "target.git/",
        "_git/target",
        "target/_git/target",
        "scm/target.git",
        forge.clone.slice(1)
      ]
      const encoded = [
        "%74arget.git",
        "target%2egit",
        "target.git%2f",
        "../git/target",
        "docs.git/../target",
        "docs.git"
      ]
      for (const name of [...names, ...encoded]) {
        for (const from of [`${broker.url}/git/`, `${broker.url}/`]) {
          const { ok, words } = yield* say("push", "--force", `${from}${name}`, "HEAD:refs/heads/theirs")
          assert.isFalse(ok, `${from}${name}: ${words}`)
        }
      }
      assert.strictEqual(refsOf(remotes.target), before)
      assert.isTrue((yield* say("push", "origin", branch)).ok)
      assert.strictEqual(refsOf(remotes.target).split("\n").length, before.split("\n").length + 1)
      assert.isFalse(double.asked.some(({ method }) => method !== "GET"))
    }))

  it.live("says why there is none, where the forge takes none, and the branch is there", () =>
    Effect.gen(function*() {
      const { broker, deliver, remotes, world } = yield* start(forge)
      commitTo(remotes.target, branch, { "work.txt": "x" })
      world.access = "read"
      yield* deliver("Done.")
      const { delivery, pullRequestProblem } = broker.brokerReport()
      assert.match(pullRequestProblem ?? "", /the token needs/)
      assert.isUndefined(delivery?.pullRequestUrl)
      assert.strictEqual(delivery?.headCommit, headOf(remotes.target, branch))
    }))
})

describe("a forge that is below a path of its host", () => {
  const below = forges.filter(({ name }) => name !== "bitbucket-cloud").map((forge) => ({
    ...forge,
    root: `/code${forge.root}`,
    clone: `/code${forge.clone}`
  }))
  it.live.each(below)("is asked there: $name", (forge) =>
    Effect.gen(function*() {
      const { broker, deliver, double, remotes, world } = yield* start(forge)
      commitTo(remotes.target, branch, { "work.txt": "x" })
      yield* deliver("Done.")
      assert.isUndefined(broker.brokerReport().pullRequestProblem)
      assert.lengthOf(world.pulls, 1)
      assert.isTrue(double.asked.every(({ path }) => path.startsWith(forge.root)))
    }))
})

describe("a broker of a user with one token", () => {
  it.live("uses the Secret with the older name where there is no other", () =>
    Effect.gen(function*() {
      const [forge] = forges
      if (forge === undefined) return
      const { around, deliver, remotes, world } = yield* start(forge)
      rmSync(join(around.folder, "credentials", "git-token"))
      writeFileSync(join(around.folder, "credentials", "github-token"), gitToken)
      commitTo(remotes.target, branch, { "work.txt": "x" })
      yield* deliver("Done.")
      assert.lengthOf(world.pulls, 1)
    }))
})
