/** The pod of an attempt was lost before the run's status said what it had delivered: whose the branch is, the forge still knows. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { branch, gitToken, place, runUid, startBroker } from "../fixtures/Broker.ts"
import { gitHub } from "../fixtures/github/GitHub.ts"
import { commitTo } from "../fixtures/Remotes.ts"

const ownBranch = `${branch}-${runUid.slice(0, 8)}`
const partOf = (uid: string) => `<!-- orchestrator:run ${uid} -->\n> Done.\n<!-- orchestrator:end -->`

/** The branch that a broker decides for, where the task's has commits that name nobody. */
const decided = (pull: { readonly body: string; readonly state: "open" | "closed" }) =>
  Effect.gen(function*() {
    const { environment, remotes } = yield* place
    const forge = yield* gitHub({ token: gitToken, repositories: { "acme/target": remotes.target } })
    const head = { ref: branch, sha: commitTo(remotes.target, branch, { "work.txt": "x" }) }
    forge.pulls.push({
      repository: "acme/target",
      number: 1,
      title: "Task 1",
      draft: false,
      labels: [],
      reviewers: [],
      teams: [],
      head,
      base: { ref: "main", sha: head.sha },
      closedAt: pull.state === "closed" ? "2026-01-02T00:00:00Z" : null,
      mergedAt: null,
      ...pull
    })
    const broker = yield* startBroker({
      ...environment,
      FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url })
    })
    return yield* Effect.promise(async () => {
      const response = await fetch(`${broker.url}/run`, { headers: { authorization: `Bearer ${broker.token}` } })
      const { branch } = await response.json() as { readonly branch: string }
      return branch
    })
  })

describe("a task's branch with an open pull request", () => {
  it.live("in which this run has its part is the run's", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* decided({ body: `Mine.\n\n${partOf(runUid)}`, state: "open" }), branch)
    }))

  it.live("of another run, or of a person, is not", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* decided({ body: partOf("somebody-else"), state: "open" }), ownBranch)
      assert.strictEqual(yield* decided({ body: `The run ${runUid} did this.`, state: "open" }), ownBranch)
    }))

  it.live("that was closed is not gone on with", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* decided({ body: partOf(runUid), state: "closed" }), ownBranch)
    }))
})
