/** A forge that answers with something else than what was asked for: another address, a rule of an organization, a limit, a page. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ForgeError } from "../../src/forge/ForgeError.ts"
import { branch, deliverTo, gitToken, place, startBroker, visible } from "../fixtures/Broker.ts"
import { gitHub, type GitHubOptions } from "../fixtures/github/GitHub.ts"
import { reasonOf } from "../fixtures/github/Reason.ts"
import { commitTo } from "../fixtures/Remotes.ts"

const sentence = (status: number, headers: Readonly<Record<string, string>>, body: string | object) => {
  const text = typeof body === "string" ? body : JSON.stringify(body)
  const error = new ForgeError({ operation: "ask", ref: "acme/target", reason: reasonOf(status, headers, text, 1_000) })
  return error.message
}

describe("the advice fits the cause:", () => {
  it.each<
    { name: string; status?: number; headers?: Record<string, string>; message: string; want: RegExp; not?: RegExp }
  >([
    {
      name: "an archived repository",
      message: "Repository was archived so is read-only.",
      want: /unarchive it/,
      not: /token needs/
    },
    {
      name: "single sign-on, by words",
      message:
        "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.",
      want: /authorize the token for the organization's single sign-on/,
      not: /token needs/
    },
    {
      name: "single sign-on, by header",
      message: "Forbidden",
      headers: { "x-github-sso": "required; url=https://github.com/orgs/acme/sso?authorization_request=A1" },
      want: /single sign-on at https:\/\/github\.com\/orgs\/acme\/sso\?authorization_request=A1/
    },
    {
      name: "single sign-on, with a header that is no address",
      message: "Forbidden",
      headers: { "x-github-sso": "required; url=javascript:alert(1)" },
      want: /single sign-on$/
    },
    {
      name: "an IP allow list",
      message:
        "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
      want: /the organization's IP allow list/,
      not: /token needs/
    },
    {
      name: "an app that is not approved",
      message:
        "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions",
      want: /approve the app/
    },
    {
      name: "a token that lives too long",
      message:
        "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days.",
      want: /expires sooner/
    },
    {
      name: "a token of another kind",
      message:
        "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.",
      want: /of the kind that the organization accepts/
    },
    {
      name: "an owner without two factors",
      message: "Two-factor authentication is required by the `acme` organization",
      want: /two-factor/
    },
    { name: "an owner who is suspended", message: "Sorry. Your account was suspended.", want: /is suspended/ },
    { name: "an owner who is blocked", message: "Sorry, your account was blocked", want: /blocked/ },
    { name: "a repository that was taken down", status: 451, message: "Repository access blocked", want: /blocked/ },
    {
      name: "pull requests that are off",
      message: "Pull requests are disabled for this repository.",
      want: /enable pull requests/
    },
    { name: "a rule of the repository", message: "Repository rule violations found", want: /rules forbid it/ },
    {
      name: "a token without the right",
      message: "Resource not accessible by personal access token",
      want: /contents: write and pull requests: write/
    },
    {
      name: "a token without the right, which the forge names",
      message: "Resource not accessible by integration",
      headers: { "x-accepted-github-permissions": "pull_requests=write" },
      want: /the token needs pull_requests=write/
    },
    {
      name: "a header that names something else",
      message: "Resource not accessible by integration",
      headers: { "x-accepted-github-permissions": "<b>everything</b>" },
      want: /contents: write/
    },
    {
      name: "a repository that is not seen",
      status: 404,
      message: "Not Found",
      want: /check repositoryUrl and the Secret/
    },
    { name: "a token that ended", status: 401, message: "Bad credentials", want: /renew the Secret/ },
    {
      name: "a base that is not there",
      status: 422,
      message: "Validation Failed: base invalid",
      want: /set forge\.pullRequest\.base/
    },
    {
      name: "an archived repository, as nonsense",
      status: 422,
      message: "Repository was archived so is read-only.",
      want: /unarchive/
    }
  ])("$name", ({ headers = {}, message, not, status = 403, want }) => {
    const words = sentence(status, headers, { message })
    assert.match(words, want)
    if (not !== undefined) assert.notMatch(words, not)
  })

  it("and a page is not quoted, but named", () => {
    assert.match(
      sentence(502, {}, "<!DOCTYPE html><html><head><title>Unicorn! 502</title><body>x"),
      /a page: Unicorn! 502/
    )
    assert.notInclude(sentence(403, {}, "<html><body onload=alert(1)>"), "onload")
  })
})

describe("a secondary limit is waited for, however it is said:", () => {
  it.each<{ name: string; status: number; headers?: Record<string, string>; message: string; seconds: number }>([
    { name: "with seconds", status: 403, headers: { "retry-after": "7" }, message: "x", seconds: 7 },
    {
      name: "with a date",
      status: 429,
      headers: { "retry-after": "Thu, 01 Jan 1970 00:17:10 GMT" },
      message: "x",
      seconds: 30
    },
    {
      name: "with a date that is over",
      status: 429,
      headers: { "retry-after": "Thu, 01 Jan 1970 00:00:10 GMT" },
      message: "x",
      seconds: 1
    },
    { name: "by words", status: 403, message: "You have exceeded a secondary rate limit", seconds: 60 },
    { name: "by older words", status: 403, message: "You have triggered an abuse detection mechanism.", seconds: 60 },
    { name: "as nonsense", status: 422, message: "was submitted too quickly", seconds: 60 },
    {
      name: "with the time of its end",
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000090" },
      message: "API rate limit exceeded",
      seconds: 999_999_090
    }
  ])("$name", ({ headers = {}, message, seconds, status }) => {
    const reason = reasonOf(status, headers, JSON.stringify({ message }), 1_000)
    assert.strictEqual(reason._tag === "RateLimited" ? reason.waitSeconds : reason._tag, seconds)
  })
})

const start = Effect.fnUntraced(function*(options: Partial<GitHubOptions> = {}) {
  const around = yield* place
  const forge = yield* gitHub({ token: gitToken, repositories: { "acme/target": around.remotes.target }, ...options })
  const broker = yield* startBroker({
    ...around.environment,
    FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url }),
    KNOWN_BRANCH: branch,
    KNOWN_HEAD: "0".repeat(40)
  })
  commitTo(around.remotes.target, branch, { "work.txt": "x" })
  const deliver = Effect.map(deliverTo(broker), ({ status }) => status)
  return { around, broker, deliver, forge }
})

const to = (location: string, status = 301) => ({
  status,
  body: { message: "Moved Permanently" },
  headers: { location }
})
const named = (full_name: string) => ({ status: 200, body: { full_name } })

describe("a repository that was renamed at the forge", () => {
  it.live.each<
    { name: string; answers: (url: string) => ReadonlyArray<ReturnType<typeof to> | ReturnType<typeof named>> }
  >([
    { name: "by its number", answers: (url) => [to(`${url}/repositories/42/pulls?state=all`), named("acme/renamed")] },
    { name: "by its name", answers: (url) => [to(`${url}/repos/acme/renamed/pulls`), named("acme/renamed")] },
    { name: "by a path alone", answers: () => [to("/repositories/42/pulls", 308), named("acme/renamed")] },
    { name: "for now", answers: (url) => [to(`${url}/repositories/42/pulls`, 307), named("acme/renamed")] },
    {
      name: "twice",
      answers: (url) => [to(`${url}/repositories/1/pulls`), to(`${url}/repositories/42`), named("acme/renamed")]
    },
    { name: "to another owner", answers: (url) => [to(`${url}/repositories/42/pulls`), named("other/renamed")] }
  ])("$name is followed, and the new name is told", ({ answers }) =>
    Effect.gen(function*() {
      const renamed = yield* place
      const repositories = { "acme/renamed": renamed.remotes.target, "other/renamed": renamed.remotes.target }
      const forge = yield* gitHub({ token: gitToken, repositories })
      const broker = yield* startBroker({
        ...renamed.environment,
        FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url }),
        KNOWN_BRANCH: branch,
        KNOWN_HEAD: "0".repeat(40)
      })
      commitTo(renamed.remotes.target, branch, { "work.txt": "x" })
      forge.trouble(...answers(forge.url))
      yield* Effect.promise((signal) =>
        fetch(`${broker.url}/run/deliver`, {
          method: "POST",
          signal,
          headers: { authorization: `Bearer ${broker.token}`, "content-type": "application/json" },
          body: JSON.stringify({ summary: "Done." })
        })
      )
      assert.match(
        broker.brokerReport().delivery?.pullRequestUrl ?? broker.brokerReport().pullRequestProblem ?? "",
        /\/renamed\/pull\/1$/
      )
      assert.match(broker.log.join("\n"), /acme\/target is now (?:acme|other)\/renamed: update repositoryUrl/)
      assert.lengthOf(forge.pulls, 1)
    }))
})

describe("a redirect that leads elsewhere is not followed, and the token stays:", () => {
  it.live.each<{ name: string; location: string | undefined; words: RegExp }>([
    {
      name: "to another host",
      location: "https://evil.example/repositories/42/pulls",
      words: /redirects to https:\/\/evil\.example/
    },
    {
      name: "to another port",
      location: "http://127.0.0.1:1/repositories/42/pulls",
      words: /redirects to http:\/\/127\.0\.0\.1:1/
    },
    {
      name: "to another scheme",
      location: "https://127.0.0.1/repositories/42",
      words: /redirects to https:\/\/127\.0\.0\.1/
    },
    {
      name: "to a host in the address of another",
      location: "http://127.0.0.1@evil.example/",
      words: /redirects to http:\/\/evil\.example/
    },
    { name: "without a scheme", location: "//evil.example/repos", words: /redirects to http:\/\/evil\.example/ },
    { name: "to nowhere", location: undefined, words: /redirects to nowhere/ },
    { name: "to what is no repository", location: "/login?return_to=x", words: /has moved to \/login/ },
    { name: "to a path that climbs", location: "/repositories/../login", words: /has moved to \/login/ }
  ])("$name", ({ location, words }) =>
    Effect.gen(function*() {
      const { around, broker, deliver, forge } = yield* start()
      const answer = { status: 302, body: {}, headers: location === undefined ? {} : { location } }
      forge.trouble(answer)
      yield* deliver
      assert.match(broker.brokerReport().pullRequestProblem ?? "", words)
      assert.lengthOf(forge.asked, 1)
      assert.notInclude(visible(around, broker), gitToken)
    }))

  it.live("round and round", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge } = yield* start()
      forge.trouble(...Array.from({ length: 20 }, (_, index) => to(`/repositories/${index}/pulls`)))
      yield* deliver
      assert.match(broker.brokerReport().pullRequestProblem ?? "", /has moved/)
      assert.isBelow(forge.asked.length, 12)
    }))

  it.live("to a repository whose name is none", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge } = yield* start()
      forge.trouble(to("/repositories/42/pulls"), named("../../evil"))
      yield* deliver
      assert.isDefined(broker.brokerReport().pullRequestProblem)
      assert.isFalse(forge.asked.some(({ path }) => path.includes("evil")))
    }))
})
