/** An issue is read with what the forge tells of the people who wrote it. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { HttpClient } from "effect/http"
import { adapter } from "../../src/forge/github/GitHub.ts"
import { newestPages } from "../../src/forge/github/GitHubIssues.ts"
import { gitToken } from "../fixtures/Broker.ts"
import { gitHub as gitHubDouble, type GitHubOptions } from "../fixtures/github/GitHub.ts"

const start = Effect.fnUntraced(function*(options: Partial<GitHubOptions>) {
  const forge = yield* gitHubDouble({ token: gitToken, repositories: { "acme/target": "nowhere" }, ...options })
  const client = yield* HttpClient.HttpClient
  const token = Effect.succeed(Redacted.make(gitToken))
  const connected = adapter.connect({ client, api: forge.url, token }, { owner: "acme", name: "target" })
  return { connected, forge }
})

const issue = { repository: "acme/target", number: 12, title: "Broken", body: "It is.", author: "ada" } as const

describe("an issue at GitHub", () => {
  it.layer(NodeHttpClient.layerUndici)("", (it) => {
    it.effect("is read with its comments", () =>
      Effect.gen(function*() {
        const comments = [{ author: "bob", body: "Yes." }, { body: "x" }, {
          author: "eve",
          association: "OWNER" as const
        }]
        const { connected } = yield* start({ issues: [{ ...issue, comments }] })
        assert.deepStrictEqual(yield* connected((repository) => repository.issue(12)), {
          number: 12,
          url: "https://github.com/acme/target/issues/12",
          title: "Broken",
          body: "It is.",
          author: "ada",
          member: false,
          state: "open",
          isPullRequest: false,
          comments: [
            { author: "bob", body: "Yes.", member: false },
            { author: "", body: "x", member: false },
            { author: "eve", body: "", member: true }
          ],
          olderComments: 0
        })
      }))

    it.effect("has its newest comments where there are hundreds", () =>
      Effect.gen(function*() {
        const comments = Array.from({ length: 250 }, (_, index) => ({ author: "ada", body: String(index) }))
        const { connected } = yield* start({ issues: [{ ...issue, comments }] })
        const found = yield* connected((repository) => repository.issue(12))
        assert.strictEqual(found.olderComments, 100)
        assert.deepStrictEqual([found.comments[0]?.body, found.comments.at(-1)?.body], ["100", "249"])
      }))

    it.effect("that was transferred is not looked for under its number somewhere else", () =>
      Effect.gen(function*() {
        const transferred = { repository: "acme/other", number: 12 }
        const { connected, forge } = yield* start({
          repositories: { "acme/target": "nowhere", "acme/other": "nowhere" },
          issues: [{ ...issue, transferred }, { ...issue, repository: "acme/other" }]
        })
        const error = yield* Effect.flip(connected((repository) => repository.issue(12)))
        assert.include(error.message, "transferred to /repos/acme/other/issues/12")
        assert.notInclude(forge.asked.map(({ path }) => path), "/repos/acme/other/issues/12")
      }))

    it.effect.each<{ name: string; options: Partial<GitHubOptions>; login: string; want: boolean | undefined }>([
      { name: "a maintainer may push", options: { roles: { ada: "maintain" } }, login: "ada", want: true },
      { name: "somebody who sorts issues may not", options: { roles: { ada: "triage" } }, login: "ada", want: false },
      { name: "a stranger may not", options: {}, login: "../../acme/other", want: false },
      {
        name: "who may is not told to a token that only reads",
        options: { access: "read" },
        login: "ada",
        want: undefined
      }
    ])("$name", ({ login, options, want }) =>
      Effect.gen(function*() {
        const { connected } = yield* start(options)
        assert.strictEqual(yield* connected((repository) => repository.mayWrite(login)), want)
      }))
  })

  it.each([[0, [1]], [100, [1]], [101, [1, 2]], [250, [2, 3]]] as const)(
    "of %d comments the pages %j are read",
    (count, want) => assert.deepStrictEqual(newestPages(count), want)
  )
})
