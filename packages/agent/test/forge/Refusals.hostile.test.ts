/** What forges refuse, and what hostile ones answer: said in words that somebody can do something with, and nothing else comes of it. */
import { assert, describe, it } from "@effect/vitest"
import { printable } from "@orchestrator/domain/Printable"
import { Effect } from "effect"
import type { ForgeReason } from "../../src/forge/ForgeError.ts"
import { deliverPullRequest } from "../../src/forge/PullRequests.ts"
import { gitToken } from "../fixtures/Broker.ts"
import type { Answer, World } from "../fixtures/forges/Double.ts"
import { connectTo, forges, wish, withoutWaiting } from "../fixtures/forges/Forges.ts"
import { commitTo, headOf } from "../fixtures/Remotes.ts"

const limited: Answer = { status: 429, body: { message: "Too many requests" }, headers: { "retry-after": "3600" } }

const html: Answer = { status: 400, body: "<!doctype html><title>Proxy error</title><script>alert(1)</script>" }

interface Case {
  readonly name: string
  readonly change?: (world: World) => void
  readonly trouble?: Answer
  readonly want: ForgeReason["_tag"]
  readonly words: RegExp
}

const cases: ReadonlyArray<Case> = [
  {
    name: "a token that sees nothing",
    change: (world) => world.access = "none",
    want: "NotFound",
    words: /check repositoryUrl/
  },
  {
    name: "a token that may only read",
    change: (world) => world.access = "read",
    want: "Forbidden",
    words: /the token needs/
  },
  { name: "an hour's limit", trouble: limited, want: "RateLimited", words: /exhausted until / },
  { name: "a proxy's page", trouble: html, want: "Refused", words: /a page: Proxy error/ },
  {
    name: "an answer of another shape",
    trouble: { status: 200, body: { values: [{ id: "1" }], value: "x" } },
    want: "Unavailable",
    words: /not .*'s answer/
  },
  {
    name: "a page to sign in, as an answer",
    trouble: { status: 200, body: "<!doctype html><title>Sign in</title><script>alert(1)</script>" },
    want: "Unavailable",
    words: /not .*'s answer: a page: Sign in\)/
  },
  { name: "no JSON", trouble: { status: 200, body: "{\"id\":" }, want: "Unavailable", words: /not .*'s answer/ }
]

describe.each(forges)("$name", (forge) => {
  it.live.each(cases)("says what $name means", ({ change, trouble, want, words }) =>
    Effect.gen(function*() {
      const { connection, double, remotes, world } = yield* connectTo(forge)
      commitTo(remotes.target, "task", { "work.txt": "x" })
      change?.(world)
      // What makes no sense is asked for again.
      if (trouble !== undefined) double.trouble(...Array.from({ length: 4 }, () => trouble))
      const error = yield* Effect.flip(
        connection((at) => deliverPullRequest(at, wish(headOf(remotes.target, "task") ?? "")))
      )
      assert.strictEqual(error.reason._tag, want)
      assert.match(error.message, words)
      assert.strictEqual(error.message, printable(error.message, { max: 2000 }))
      assert.notMatch(error.message, /<script|<!doctype/)
    }).pipe(withoutWaiting))

  it.live("says that a token is wrong, also where the forge shows a page instead", () =>
    Effect.gen(function*() {
      const { connection, double, remotes } = yield* connectTo(forge)
      commitTo(remotes.target, "task", { "work.txt": "x" })
      double.trouble(forge.dialect.unauthorized)
      const error = yield* Effect.flip(connection((at) => at.find("task")))
      assert.strictEqual(error.reason._tag, "Unauthorized")
    }))

  it.live("says that an archived repository takes nothing", () =>
    Effect.gen(function*() {
      const { connection, remotes, world } = yield* connectTo(forge)
      commitTo(remotes.target, "task", { "work.txt": "x" })
      world.archived = true
      const error = yield* Effect.flip(
        connection((at) => deliverPullRequest(at, wish(headOf(remotes.target, "task") ?? "")))
      )
      assert.match(error.message, /unarchive it|enable it/)
    }))

  it.live("names the branch to merge into, where there is none of that name", () =>
    Effect.gen(function*() {
      const { connection, remotes } = yield* connectTo(forge)
      commitTo(remotes.target, "task", { "work.txt": "x" })
      const options = wish(headOf(remotes.target, "task") ?? "", { base: "nowhere" })
      const error = yield* Effect.flip(connection((at) => deliverPullRequest(at, options)))
      assert.match(error.message, /does not exist|not found/)
    }))

  it.live("sends nobody on with the token, and hands out no token that it is told", () =>
    Effect.gen(function*() {
      const { connection, double } = yield* connectTo(forge)
      const elsewhere = yield* connectTo(forge)
      double.trouble({ status: 307, body: "", headers: { location: `${elsewhere.double.url}/steal` } })
      const sent = yield* Effect.flip(connection((at) => at.find("task")))
      assert.include(sent.message, "set forge.hosts to the API's own address")
      assert.deepStrictEqual(elsewhere.double.asked, [])
      double.trouble({
        status: 400,
        body: { message: `Your token ${gitToken} is bad`, error: { message: `${gitToken}` } }
      })
      const told = yield* Effect.flip(connection((at) => at.find("task")))
      assert.notInclude(told.message, gitToken)
      const header = (double.asked[0]?.headers.authorization ?? "").replace(/^\w+ /, "")
      assert.isAbove(header.length, 10)
      double.trouble({ status: 400, body: { message: `Who is ${header}?` } })
      const echoed = yield* Effect.flip(connection((at) => at.find("task")))
      assert.notInclude(echoed.message, header)
      assert.include(echoed.message, "***")
    }))
})
