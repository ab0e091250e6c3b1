/** A whole delivery by a broker at each forge: the token is seen by the forge alone, and nothing but the run's own branch has a pull request. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { branch, deliverTo, gitToken, place, startBroker, visible } from "../fixtures/Broker.ts"
import { startDouble } from "../fixtures/forges/Double.ts"
import { type Forge, forges } from "../fixtures/forges/Forges.ts"
import { commitTo, headOf } from "../fixtures/Remotes.ts"

const other = "fake-token-for-another-forge"

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
