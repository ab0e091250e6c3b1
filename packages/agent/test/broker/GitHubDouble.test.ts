/** The double of GitHub is held to GitHub's own description: what it answers, and that a wrong answer would be noticed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { gitToken, place } from "../fixtures/Broker.ts"
import { answerProblems, requestProblems } from "../fixtures/github/Description.ts"
import { gitHub, type GitHubOptions } from "../fixtures/github/GitHub.ts"
import { commitTo } from "../fixtures/Remotes.ts"

const name = "acme/target"

const start = Effect.fnUntraced(function*(options: Partial<GitHubOptions> = {}) {
  const { folder, remotes } = yield* place
  commitTo(remotes.target, "task", { "work.txt": "x" })
  const forge = yield* gitHub({
    token: gitToken,
    repositories: { [name]: join(folder, "remotes", "target.git") },
    collaborators: ["ada"],
    ...options
  })
  const ask = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
    Effect.promise(async () => {
      const response = await fetch(`${forge.url}/repos/${name}${path}`, {
        method,
        headers: { authorization: `Bearer ${gitToken}`, "user-agent": "test", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      return { status: response.status, body: await response.json() as unknown }
    })
  return { ask, forge }
})

const wish = { title: "Task", head: "task", base: "main", body: "Done.", draft: true }

describe("the double of GitHub", () => {
  it.live("answers everything that a delivery asks as the published description says", () =>
    Effect.gen(function*() {
      const { ask, forge } = yield* start()
      const asked = [
        yield* ask("GET", ""),
        yield* ask("GET", "/pulls?state=all&head=acme:task"),
        yield* ask("POST", "/pulls", wish),
        yield* ask("POST", "/issues/1/labels", { labels: ["agent", "two words"] }),
        yield* ask("POST", "/pulls/1/requested_reviewers", { reviewers: ["ada"], team_reviewers: ["core"] }),
        yield* ask("PATCH", "/pulls/1", { body: "More." }),
        yield* ask("GET", "/pulls/1"),
        yield* ask("GET", "/pulls?state=all&head=acme:task")
      ]
      forge.merge(1)
      asked.push(yield* ask("GET", "/pulls/1"))
      assert.deepStrictEqual(asked.map(({ status }) => status), [200, 200, 201, 200, 201, 200, 200, 200, 200])
      assert.deepStrictEqual(forge.problems, [])
    }))

  it.live("answers everything that is asked of an issue as the published description says", () =>
    Effect.gen(function*() {
      const issues = [
        {
          repository: name,
          number: 12,
          title: "Broken",
          body: "It is.",
          author: "ada",
          comments: [{ author: "bob" }, {}]
        },
        { repository: name, number: 13, title: "Gone", deleted: true },
        { repository: name, number: 14, title: "Elsewhere", transferred: { repository: "acme/docs", number: 3 } }
      ]
      const { ask, forge } = yield* start({ issues, roles: { ada: "maintain" } })
      yield* ask("POST", "/pulls", wish)
      const asked = [
        yield* ask("GET", "/issues/12"),
        yield* ask("GET", "/issues/12/comments?per_page=1&page=2"),
        yield* ask("GET", "/issues/1"),
        yield* ask("GET", "/collaborators/ada/permission"),
        yield* ask("GET", "/collaborators/bob/permission"),
        yield* ask("GET", "/issues/13"),
        yield* ask("GET", "/issues/15")
      ]
      assert.deepStrictEqual(asked.map(({ status }) => status), [200, 200, 200, 200, 200, 410, 404])
      assert.deepStrictEqual(forge.problems, [])
    }))

  it.live("answers everything that is asked of a discussion as the published description says", () =>
    Effect.gen(function*() {
      const { ask, forge } = yield* start({
        comments: [{ repository: name, number: 1, author: "ada", body: "Hello." }],
        reviews: [
          {
            pull: 1,
            author: "ada",
            state: "CHANGES_REQUESTED",
            comments: [{ path: "a.ts", body: "Why?", hunk: "@@" }]
          },
          { pull: 1, state: "DISMISSED" }
        ],
        statuses: [{ context: "ci/build", state: "failure", description: "Broken", target: "https://ci.test/1" }],
        checkRuns: [
          { name: "test", conclusion: "failure", log: "no", output: { title: "Bad" } },
          { name: "lint", status: "queued" }
        ]
      })
      yield* ask("POST", "/pulls", wish)
      const asked = [
        yield* ask("GET", "/pulls/1/reviews?per_page=1&page=2"),
        yield* ask("GET", "/pulls/1/reviews/1/comments"),
        yield* ask("GET", "/commits/task/status"),
        yield* ask("GET", "/commits/task/check-runs"),
        yield* ask("POST", "/issues/1/comments", { body: "It is running." }),
        yield* ask("PATCH", "/issues/comments/4001", { body: "It is done." }),
        yield* ask("GET", "/issues/1/comments"),
        yield* ask("GET", "/pulls/1/reviews/3/comments"),
        yield* ask("PATCH", "/issues/comments/4002", { body: "x" }),
        yield* ask("POST", "/issues/1/comments", {}),
        yield* ask("POST", "/issues/7/comments", { body: "x" })
      ]
      const statuses = [200, 200, 200, 200, 201, 200, 200, 404, 404, 422, 404]
      assert.deepStrictEqual(asked.map(({ status }) => status), statuses)
      assert.deepStrictEqual(forge.problems, [])
    }))

  it.live("takes of GraphQL the one mutation, of a pull request that is there", () =>
    Effect.gen(function*() {
      const { ask, forge } = yield* start()
      yield* ask("POST", "/pulls", wish)
      const graphQl = (query: string, id: string, path = "/graphql") =>
        Effect.promise(async () => {
          const response = await fetch(`${forge.url}${path}`, {
            method: "POST",
            headers: { authorization: `Bearer ${gitToken}`, "user-agent": "test" },
            body: JSON.stringify({ query, variables: { id } })
          })
          return { status: response.status, body: Object(await response.json()) }
        })
      const input = "markPullRequestReadyForReview(input: { pullRequestId: $id }) { clientMutationId }"
      for (
        const [query, id] of [
          [`mutation($id: ID!) { ${input} }`, "PR_2"],
          [`mutation($id: ID!) { ${input}`, "PR_1"],
          [`mutation($other: ID!) { ${input} }`, "PR_1"],
          [`query($id: ID!) { ${input} }`, "PR_1"],
          [`mutation($id: ID!) { ${input.replace("Ready", "Raedy")} }`, "PR_1"]
        ] as const
      ) {
        const { body, status } = yield* graphQl(query, id)
        assert.strictEqual(status, 200)
        assert.isNotEmpty(body.errors)
      }
      assert.strictEqual(forge.pulls[0]?.draft, true)
      assert.strictEqual((yield* graphQl(`mutation($id: ID!) { ${input} }`, "PR_1", "/api/v3/graphql")).status, 404)
      const { body } = yield* graphQl(`mutation($id: ID!) { ${input} }`, "PR_1", "/api/graphql")
      assert.isUndefined(body.errors)
      assert.strictEqual(forge.pulls[0]?.draft, false)
    }))

  it.live("refuses as the published description says", () =>
    Effect.gen(function*() {
      const { ask, forge } = yield* start()
      yield* ask("POST", "/pulls", wish)
      const asked = [
        yield* ask("GET", "/pulls", undefined, { authorization: "Bearer another" }),
        yield* ask("GET", "/pulls/7"),
        yield* ask("POST", "/pulls", wish),
        yield* ask("POST", "/pulls", { ...wish, head: "nothing" }),
        yield* ask("POST", "/pulls", { ...wish, base: "nothing" }),
        yield* ask("POST", "/pulls", { ...wish, head: "main" }),
        yield* ask("POST", "/pulls", { head: "task" }),
        yield* ask("POST", "/pulls", { ...wish, drafft: true }),
        yield* ask("POST", "/pulls/1/requested_reviewers", { reviewers: ["stranger"] }),
        yield* ask("POST", "/issues/1/labels", { labels: [] }),
        yield* ask("DELETE", "/pulls/1")
      ]
      assert.deepStrictEqual(asked.map(({ status }) => status), [401, 404, 422, 422, 422, 422, 422, 422, 422, 422, 404])
      assert.deepStrictEqual(forge.problems, [])
    }))

  it.live.each<{ name: string; given: Partial<GitHubOptions>; want: number }>([
    { name: "may only read", given: { access: "read" }, want: 403 },
    { name: "does not see the repository", given: { access: "none" }, want: 404 }
  ])("refuses a token that $name as the published description says", ({ given, want }) =>
    Effect.gen(function*() {
      const { ask, forge } = yield* start(given)
      assert.strictEqual((yield* ask("POST", "/pulls", wish)).status, want)
      assert.deepStrictEqual(forge.problems, [])
    }))

  it.live("would be noticed if it answered something else", () =>
    Effect.gen(function*() {
      const { ask } = yield* start()
      yield* ask("POST", "/pulls", wish)
      const pull = Object((yield* ask("GET", "/pulls/1")).body)
      const path = `/repos/${name}/pulls/1`
      assert.deepStrictEqual(answerProblems("GET", path, 200, pull), [])
      for (
        const wrong of [
          { ...pull, number: "1" },
          { ...pull, state: "merged" },
          { ...pull, head: { ref: "task", sha: pull.head.sha } },
          { ...pull, created_at: "yesterday" },
          { ...pull, html_url: "pull/1" },
          { ...pull, merged: undefined },
          [pull]
        ]
      ) {
        assert.isNotEmpty(answerProblems("GET", path, 200, JSON.parse(JSON.stringify(wrong))))
      }
      assert.isNotEmpty(answerProblems("GET", path, 202, pull))
      assert.isNotEmpty(answerProblems("GET", `/repos/${name}/nothing`, 200, {}))
      assert.isNotEmpty(answerProblems("POST", `/repos/${name}/pulls`, 422, { message: "no" }))
      assert.isNotEmpty(requestProblems("POST", `/repos/${name}/pulls`, { ...wish, draft: "yes" }))
    }))
})
