/** The issue that is a run's task, as the broker reads it for the runner. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { gitToken, place, startBroker } from "../fixtures/Broker.ts"
import { gitHub, type GitHubOptions, serverError } from "../fixtures/github/GitHub.ts"
import type { HeldIssue } from "../fixtures/github/Issues.ts"

const issue: HeldIssue = {
  repository: "acme/target",
  number: 12,
  title: "Answer with 404",
  body: "Not with 500.",
  author: "eve",
  comments: [{ author: "ada", body: "In v2 too.", association: "COLLABORATOR" }]
}
const address = "https://github.com/acme/target/issues/12"

const start = Effect.fnUntraced(function*(options: Partial<GitHubOptions>, changes: Readonly<Record<string, string>>) {
  const { environment, remotes } = yield* place
  const forge = yield* gitHub({
    token: gitToken,
    repositories: { "acme/target": remotes.target, "acme/other": remotes.docs },
    issues: [issue],
    ...options
  })
  const broker = yield* startBroker({
    ...environment,
    TASK_ISSUE_URL: address,
    FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url }),
    ...changes
  })
  const ask = Effect.promise(async () => {
    const headers = { authorization: `Bearer ${broker.token}` }
    const response = await fetch(`${broker.url}/run/issue`, { headers })
    return { status: response.status, words: await response.text() }
  })
  return { ask, broker, forge }
})

describe("a run's issue", () => {
  it.live("is read as it is now, also while the forge is away for a moment", () =>
    Effect.gen(function*() {
      const { ask, forge } = yield* start({ roles: { ada: "write" } }, {})
      forge.trouble(serverError)
      const { status, words } = yield* ask
      assert.strictEqual(status, 200)
      assert.include(words, "In v2 too.")
      assert.include(words, "eve opened it, who may not push")
    }))

  it.live.each<{ name: string; options: Partial<GitHubOptions>; heard: boolean }>([
    { name: "whom the forge lets push", options: { roles: { ada: "write" } }, heard: true },
    {
      name: "not who only belongs to it, where the forge tells who may push",
      options: { roles: { ada: "triage" } },
      heard: false
    },
    { name: "who belongs to it, where the forge does not tell", options: { access: "read" }, heard: true }
  ])("has the comments of people $name", ({ heard, options }) =>
    Effect.gen(function*() {
      const { ask } = yield* start(options, {})
      assert.strictEqual((yield* ask).words.includes("In v2 too."), heard)
    }))

  it.live.each<{
    name: string
    options?: Partial<GitHubOptions>
    changes?: Readonly<Record<string, string>>
    want: string
  }>([
    { name: "is not there", options: { issues: [] }, want: "there is no such issue" },
    { name: "is closed", options: { issues: [{ ...issue, state: "closed" }] }, want: "the issue is closed: reopen it" },
    { name: "was deleted", options: { issues: [{ ...issue, deleted: true }] }, want: "This issue was deleted" },
    {
      name: "was transferred",
      options: { issues: [{ ...issue, transferred: { repository: "acme/other", number: 12 } }] },
      want: "transferred to /repos/acme/other/issues/12"
    },
    { name: "nobody may see", options: { access: "none" }, want: "or the token may not see it" },
    { name: "is asked for with a wrong token", options: { token: "another" }, want: "missing, wrong or expired" },
    {
      name: "is at another forge",
      changes: {
        TASK_ISSUE_URL: "https://git.example.com/acme/target/issues/12",
        GIT_ALLOWED_HOSTS: "github.com,git.example.com"
      },
      want: "it is not at the forge of https://github.com/acme/target.git"
    },
    {
      name: "is named where the repository has no forge",
      changes: { REPOSITORY_URL: "https://git.example.com/x/y", GIT_ALLOWED_HOSTS: "github.com,git.example.com" },
      want: "it is not at the forge of https://git.example.com/x/y"
    }
  ])("that $name is refused, with a sentence", ({ changes = {}, options = {}, want }) =>
    Effect.gen(function*() {
      const { ask } = yield* start(options, changes)
      const { status, words } = yield* ask
      assert.strictEqual(status, 422)
      assert.include(words, want)
      assert.notInclude(words, gitToken)
    }))

  it.live("that is a pull request is refused, with a sentence", () =>
    Effect.gen(function*() {
      const { ask, forge } = yield* start({ issues: [] }, {})
      const end = { ref: "x", sha: "0".repeat(40) }
      forge.pulls.push({
        ...{ repository: "acme/target", number: 12, title: "x", body: null, state: "open", draft: false },
        ...{ labels: [], reviewers: [], teams: [], head: end, base: end, closedAt: null, mergedAt: null }
      })
      assert.include((yield* ask).words, "it is a pull request")
    }))

  it.live("is none of a run that names none", () =>
    Effect.gen(function*() {
      const { environment } = yield* place
      const broker = yield* startBroker(environment)
      const headers = { authorization: `Bearer ${broker.token}` }
      assert.strictEqual((yield* Effect.promise(() => fetch(`${broker.url}/run/issue`, { headers }))).status, 422)
    }))
})
