/** What is said about a pull request at GitHub: reviews, checks with their logs, and our own answer. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { HttpClient } from "effect/http"
import type { Checks } from "../../src/forge/ForgeAdapter.ts"
import { adapter } from "../../src/forge/github/GitHub.ts"
import { gitToken } from "../fixtures/Broker.ts"
import type { HeldCheckRun, HeldReview, HeldStatus } from "../fixtures/github/Discussions.ts"
import { gitHub as gitHubDouble, type GitHubOptions } from "../fixtures/github/GitHub.ts"
import type { HeldComment } from "../fixtures/github/Issues.ts"
import { withLogs } from "../fixtures/github/Logs.ts"
import { openPull, type Pull } from "../fixtures/github/Resources.ts"

const repository = "acme/target"
const commit = "1".repeat(40)

const pull = openPull({ repository, number: 7, draft: true, head: { ref: "task", sha: commit } })

const start = Effect.fnUntraced(function*(
  options: Partial<GitHubOptions>,
  { below = "", ...changed }: Partial<Pull> & { readonly below?: string } = {}
) {
  const forge = yield* gitHubDouble({ token: gitToken, repositories: { [repository]: "nowhere" }, ...options })
  forge.pulls.push({ ...pull, ...changed })
  const client = withLogs(yield* HttpClient.HttpClient)
  const token = Effect.succeed(Redacted.make(gitToken))
  const connected = adapter.connect({ client, api: `${forge.url}${below}`, token }, { owner: "acme", name: "target" })
  const asked = () => forge.asked.map(({ method, path }) => `${method} ${path.split("?")[0] ?? ""}`)
  return { connected, forge, asked }
})

const wants = { pull: 7, author: "ada", state: "CHANGES_REQUESTED", body: "Not yet." } as const

describe("a review at GitHub", () => {
  const reviewOf = (reviews: ReadonlyArray<HeldReview>) =>
    Effect.gen(function*() {
      const { connected } = yield* start({ reviews })
      return yield* connected((at) => at.review(7, "ada"))
    })

  it.layer(NodeHttpClient.layerNodeHttp)("", (it) => {
    it.effect("that asks for changes is read with what stands beside lines", () =>
      Effect.gen(function*() {
        const hunk = "@@ -10,6 +10,8 @@ main\n one\n two\n-three\n+four\n five\n+six\n+seven"
        const comments = [
          { path: "src/main.ts", body: "Why?", hunk },
          { path: "src/gone.ts", body: "Keep it.", hunk: "@@ -1,2 +1 @@\n one\n-two" },
          { path: "README.md", body: "Say more." }
        ]
        assert.deepStrictEqual(yield* reviewOf([{ ...wants, comments }]), {
          id: 1,
          author: "ada",
          words: [
            "Not yet.",
            "### src/main.ts, line 15",
            "     two\n    -three\n    +four\n     five\n    +six\n    +seven",
            "Why?",
            "### src/gone.ts",
            "    @@ -1,2 +1 @@\n     one\n    -two",
            "Keep it.",
            "### README.md",
            "Say more."
          ].join("\n\n")
        })
      }))

    it.effect.each<{ name: string; reviews: ReadonlyArray<HeldReview>; want: number | undefined }>([
      { name: "nobody has reviewed", reviews: [], want: undefined },
      { name: "it asks for changes", reviews: [wants], want: 1 },
      { name: "it was dismissed", reviews: [{ ...wants, state: "DISMISSED" }], want: undefined },
      { name: "its newest was dismissed", reviews: [wants, { ...wants, state: "DISMISSED" }], want: undefined },
      { name: "it was approved afterwards", reviews: [wants, { ...wants, state: "APPROVED" }], want: undefined },
      { name: "another has asked", reviews: [{ ...wants, author: "bob" }], want: undefined },
      { name: "another has approved", reviews: [wants, { ...wants, author: "bob", state: "APPROVED" }], want: 1 },
      { name: "comments alone came after it", reviews: [wants, { ...wants, state: "COMMENTED" }], want: 1 },
      { name: "it asks again after an approval", reviews: [{ ...wants, state: "APPROVED" }, wants], want: 2 },
      { name: "another pull request's does", reviews: [{ ...wants, pull: 8 }], want: undefined },
      { name: "the account is gone", reviews: [{ pull: 7, state: "CHANGES_REQUESTED" }], want: undefined }
    ])("counts or not where $name", ({ reviews, want }) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* reviewOf(reviews))?.id, want)
      }))

    it.effect("is found behind a page of others, with all of more than a page of comments", () =>
      Effect.gen(function*() {
        const others = Array.from({ length: 120 }, () => ({ ...wants, state: "COMMENTED" } as const))
        const comments = Array.from({ length: 130 }, (_, index) => ({ path: "a.ts", body: `remark ${index}.` }))
        const found = yield* reviewOf([...others, { ...wants, comments }])
        assert.strictEqual(found?.id, 121)
        assert.include(found?.words ?? "", "remark 129.")
        assert.lengthOf(found?.words.match(/remark/g) ?? [], 130)
      }))
  })
})

interface Given {
  readonly statuses?: ReadonlyArray<HeldStatus>
  readonly checkRuns?: ReadonlyArray<HeldCheckRun>
}

describe("checks at GitHub", () => {
  const failed = { context: "ci/build", state: "failure", description: "Broken", target: "https://ci.test/1" } as const

  it.layer(NodeHttpClient.layerNodeHttp)("", (it) => {
    it.effect.each<{ name: string; given: Given; want: Checks["state"] }>([
      { name: "there are none", given: {}, want: "none" },
      { name: "a status is pending", given: { statuses: [{ context: "a", state: "pending" }] }, want: "pending" },
      { name: "a run is under way", given: { checkRuns: [{ name: "a", status: "in_progress" }] }, want: "pending" },
      {
        name: "one has failed and one is queued",
        given: { statuses: [failed], checkRuns: [{ name: "a", status: "queued" }] },
        want: "pending"
      },
      { name: "a status has failed", given: { statuses: [failed], checkRuns: [{ name: "a" }] }, want: "failed" },
      {
        name: "a run has failed",
        given: { statuses: [{ context: "a", state: "success" }], checkRuns: [{ name: "a", conclusion: "timed_out" }] },
        want: "failed"
      },
      {
        name: "all have passed",
        given: {
          statuses: [{ context: "a", state: "success" }],
          checkRuns: [{ name: "a" }, { name: "b", conclusion: "skipped" }, { name: "c", conclusion: "neutral" }]
        },
        want: "passed"
      },
      {
        name: "one was cancelled",
        given: { checkRuns: [{ name: "a" }, { name: "b", conclusion: "cancelled" }] },
        want: "pending"
      },
      {
        name: "one has failed and the rest of its matrix was cancelled",
        given: { checkRuns: [{ name: "a", conclusion: "failure" }, { name: "b", conclusion: "cancelled" }] },
        want: "failed"
      },
      {
        name: "the last of more than a page has failed",
        given: {
          checkRuns: Array.from({ length: 101 }, (_, index): HeldCheckRun => ({
            name: `job ${index}`,
            conclusion: index === 100 ? "failure" : "success"
          }))
        },
        want: "failed"
      },
      {
        name: "the last of more than a page of statuses is pending",
        given: {
          statuses: Array.from({ length: 101 }, (_, index): HeldStatus => ({
            context: `status ${index}`,
            state: index === 100 ? "pending" : "success"
          }))
        },
        want: "pending"
      }
    ])("are looked at together where $name", ({ given, want }) =>
      Effect.gen(function*() {
        const { connected } = yield* start(given)
        assert.strictEqual((yield* connected((at) => at.checks(commit))).state, want)
      }))

    it.effect("say of a status its words, of another app's run its output, and of a job the end of its log", () =>
      Effect.gen(function*() {
        const { asked, connected, forge } = yield* start({
          statuses: [failed, { context: "ci/bare", state: "error" }],
          checkRuns: [
            { name: "passed", log: "fine" },
            { name: "lint", conclusion: "failure", app: "linter", output: { title: "2 errors", text: "a.ts:1" } },
            { name: "test", conclusion: "failure", output: { summary: "Exit code 1" }, log: "expected 1, found 2" }
          ]
        })
        assert.deepStrictEqual((yield* connected((at) => at.checks(commit))).failures, [
          { name: "ci/build", words: "Broken\nhttps://ci.test/1" },
          { name: "ci/bare", words: "" },
          { name: "lint", words: "2 errors\na.ts:1" },
          { name: "test", words: "Exit code 1\nexpected 1, found 2" }
        ])
        assert.deepStrictEqual(asked().slice(-2), ["GET /repos/acme/target/actions/jobs/3/logs", "GET /storage/logs/3"])
        assert.deepStrictEqual(forge.asked.slice(-2).map(({ headers }) => headers.authorization), [
          `Bearer ${gitToken}`,
          undefined
        ])
      }))

    it.effect("have of a large log the end, whole letters alone", () =>
      Effect.gen(function*() {
        const log = `${"é".repeat(100_000)} the end`
        const { connected } = yield* start({ checkRuns: [{ name: "test", conclusion: "failure", log }] })
        const words = (yield* connected((at) => at.checks(commit))).failures[0]?.words ?? ""
        assert.match(words, /^é+ the end$/)
        assert.isAtMost(Buffer.byteLength(words), 32 * 1024)
        assert.isAtLeast(Buffer.byteLength(words), 32 * 1024 - 1)
      }))

    it.effect("fail all the same where a log is gone", () =>
      Effect.gen(function*() {
        const { connected } = yield* start({ checkRuns: [{ name: "test", conclusion: "failure" }] })
        assert.deepStrictEqual(yield* connected((at) => at.checks(commit)), {
          state: "failed",
          failures: [{ name: "test", words: "" }]
        })
      }))

    it.effect("have at most five logs read, whatever else has failed before", () =>
      Effect.gen(function*() {
        const run = (name: string, app: string): HeldCheckRun => ({
          name,
          app,
          conclusion: "failure",
          log: `log ${name}`
        })
        const checkRuns = [
          ...Array.from({ length: 5 }, (_, index) => run(`lint ${index}`, "linter")),
          ...Array.from({ length: 7 }, (_, index) => run(`job ${index}`, "github-actions"))
        ]
        const { connected } = yield* start({ checkRuns })
        const { failures } = yield* connected((at) => at.checks(commit))
        assert.lengthOf(failures, 12)
        assert.deepStrictEqual(
          failures.map(({ words }) => words).filter((words) => words !== ""),
          [0, 1, 2, 3, 4].map((index) => `log job ${index}`)
        )
      }))

    it.effect("have no log from an address that is not https", () =>
      Effect.gen(function*() {
        const { asked, connected, forge } = yield* start({
          checkRuns: [{ name: "test", conclusion: "failure", log: "x" }]
        })
        const location = `${forge.url}/storage/logs/1`
        forge.trouble(
          { status: 200, body: { total_count: 0, statuses: [] } },
          {
            status: 200,
            body: {
              total_count: 1,
              check_runs: [{
                id: 1,
                name: "test",
                status: "completed",
                conclusion: "startup_failure",
                app: { slug: "github-actions" },
                output: { title: null, summary: null, text: null }
              }]
            }
          },
          { status: 302, body: "", headers: { location } }
        )
        assert.deepStrictEqual(yield* connected((at) => at.checks(commit)), {
          state: "failed",
          failures: [{ name: "test", words: "" }]
        })
        assert.strictEqual(asked().at(-1), "GET /repos/acme/target/actions/jobs/1/logs")
      }))
  })
})

describe("our answer at GitHub", () => {
  const mark = "<!-- mark 1 -->"
  const text = `${mark}\nIt is running.\n`
  const said = (author: string, body = text): HeldComment => ({ repository, number: 7, author, body })
  const writes = (asked: ReadonlyArray<string>) => asked.filter((each) => !each.startsWith("GET "))

  it.layer(NodeHttpClient.layerNodeHttp)("", (it) => {
    it.effect("is made once, edited where it is, and left alone while it says the same", () =>
      Effect.gen(function*() {
        const { asked, connected, forge } = yield* start({ comments: [said("ada", "Hello.")] })
        const answer = (words: string) => connected((at) => at.answer(7, mark, words))
        yield* answer(text)
        yield* answer(text)
        yield* answer(`${mark}\nIt is done.\n`)
        assert.deepStrictEqual(writes(asked()), [
          "POST /repos/acme/target/issues/7/comments",
          "PATCH /repos/acme/target/issues/comments/4001"
        ])
        assert.deepStrictEqual(forge.comments.map(({ author, body }) => [author, body]), [
          ["ada", "Hello."],
          ["robo-dev", `${mark}\nIt is done.\n`]
        ])
      }))

    it.effect("is found behind a page of others'", () =>
      Effect.gen(function*() {
        const others = Array.from({ length: 150 }, (_, index) => said("ada", `Remark ${index}.`))
        const { asked, connected } = yield* start({ comments: [...others, said("robo-dev", `${mark}\nOld.`)] })
        yield* connected((at) => at.answer(7, mark, text))
        assert.deepStrictEqual(writes(asked()), ["PATCH /repos/acme/target/issues/comments/4150"])
      }))

    it.effect("is not what somebody else says with our mark", () =>
      Effect.gen(function*() {
        const { asked, connected, forge } = yield* start({ comments: [said("eve"), said("other[bot]")] })
        yield* connected((at) => at.answer(7, mark, text))
        assert.deepStrictEqual(writes(asked()), ["POST /repos/acme/target/issues/7/comments"])
        assert.strictEqual(forge.comments.at(-1)?.author, "robo-dev")
      }))

    it.effect("is a bot's where the token is an app's", () =>
      Effect.gen(function*() {
        const login = "orchestrator[bot]"
        const { asked, connected, forge } = yield* start({ login, comments: [said("eve")] })
        yield* connected((at) => at.answer(7, mark, text))
        yield* connected((at) => at.answer(7, mark, `${mark}\nIt is done.\n`))
        assert.deepStrictEqual(writes(asked()), [
          "POST /repos/acme/target/issues/7/comments",
          "PATCH /repos/acme/target/issues/comments/4001"
        ])
        assert.deepStrictEqual(forge.comments.map(({ author }) => author), ["eve", login])
      }))

    it.effect("is not made by a token that only reads, and the reason says so", () =>
      Effect.gen(function*() {
        const { connected, forge } = yield* start({ access: "read" })
        const { message, reason } = yield* Effect.flip(connected((at) => at.answer(7, mark, text)))
        assert.strictEqual(reason._tag, "Forbidden")
        assert.include(message, "Resource not accessible by personal access token")
        assert.isEmpty(forge.comments)
      }))
  })
})

describe("a draft at GitHub", () => {
  it.layer(NodeHttpClient.layerNodeHttp)("", (it) => {
    it.effect.each([["github.com", "", "/graphql"], ["an Enterprise server", "/api/v3", "/api/graphql"]] as const)(
      "becomes ready for review at %s, once",
      ([, below, path]) =>
        Effect.gen(function*() {
          const { asked, connected, forge } = yield* start({}, { below })
          yield* connected((at) => at.markReady(7))
          yield* connected((at) => at.markReady(7))
          assert.strictEqual(forge.pulls[0]?.draft, false)
          assert.deepStrictEqual(asked(), [
            `GET ${below}/repos/acme/target/pulls/7`,
            `POST ${path}`,
            `GET ${below}/repos/acme/target/pulls/7`
          ])
        })
    )

    it.effect("stays one where GraphQL refuses, and the reason says why", () =>
      Effect.gen(function*() {
        const { connected, forge } = yield* start({ access: "read" })
        const error = yield* Effect.flip(connected((at) => at.markReady(7)))
        assert.match(
          error.message,
          /^mark as ready \/repos\/acme\/target\/pulls\/7: it is not allowed \(Resource not accessible by personal access token\): the token needs .*pull requests: write/
        )
        assert.strictEqual(forge.pulls[0]?.draft, true)
      }))

    it.effect.each<{ name: string; errors: ReadonlyArray<object>; tag: string; words: string }>([
      {
        name: "a node that is not there",
        errors: [{ type: "NOT_FOUND", message: "Could not resolve to a node with the global id of 'PR_7'." }],
        tag: "Refused",
        words: "Could not resolve to a node"
      },
      {
        name: "an exhausted limit",
        errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }],
        tag: "RateLimited",
        words: "the rate limit is exhausted"
      },
      { name: "several problems", errors: [{ message: "One" }, { message: "Two" }], tag: "Refused", words: "One; Two" }
    ])("is refused for $name in words of a person", ({ errors, tag, words }) =>
      Effect.gen(function*() {
        const { connected, forge } = yield* start({}, { draft: true })
        const pull = { number: 7, html_url: "https://github.com/acme/target/pull/7", title: "Task", body: null }
        const end = { ref: "task", sha: commit, repo: null }
        forge.trouble(
          {
            status: 200,
            body: { ...pull, state: "open", merged_at: null, draft: true, node_id: "PR_7", head: end, base: end }
          },
          { status: 200, body: { data: null, errors } }
        )
        const error = yield* Effect.flip(connected((at) => at.markReady(7)))
        assert.strictEqual(error.reason._tag, tag)
        assert.include(error.message, words)
        assert.include(error.message, "/repos/acme/target/pulls/7")
      }))

    it.effect.each<{ name: string; changed: Partial<Pull>; want: readonly [isFork: boolean, isDraft: boolean] }>([
      { name: "our own draft", changed: {}, want: [false, true] },
      { name: "our own, ready", changed: { draft: false }, want: [false, false] },
      { name: "a fork's", changed: { draft: false, fork: "eve/target" }, want: [true, false] }
    ])("is told from $name", ({ changed, want }) =>
      Effect.gen(function*() {
        const { connected } = yield* start({}, changed)
        const { commit: head, isDraft, isFork } = yield* connected((at) => at.look(7))
        assert.deepStrictEqual([isFork, isDraft], [...want])
        assert.strictEqual(head, commit)
      }))

    it.effect("is a fork's where the fork was deleted", () =>
      Effect.gen(function*() {
        const { connected, forge } = yield* start({})
        const base = { ref: "main", sha: commit, repo: { full_name: repository } }
        forge.trouble({
          status: 200,
          body: {
            number: 7,
            html_url: "https://github.com/acme/target/pull/7",
            state: "open",
            merged_at: null,
            title: "Task",
            body: null,
            head: { ...base, repo: null },
            base
          }
        })
        assert.isTrue((yield* connected((at) => at.look(7))).isFork)
      }))
  })
})
