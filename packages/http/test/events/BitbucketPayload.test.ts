/** Bitbucket Cloud's payloads, in the form of its documentation: those that something follows from are read right, the others are left out. */
import { assert, describe, it } from "@effect/vitest"
import { bitbucketEvent } from "../../src/events/BitbucketPayload.ts"

const page = "https://bitbucket.org/acme/api"
const sha = "9fec847784abb10b2fa567ee63b85bd238955d0e"
const place = { host: "bitbucket.org", repository: "acme/api", page }

const base = {
  actor: { type: "user", nickname: "Ada L.", display_name: "Ada", uuid: "{ada}" },
  repository: { type: "repository", full_name: "acme/api", links: { html: { href: page } } }
}
const end = (name: string, full_name = "acme/api") => ({
  branch: { name },
  commit: { hash: sha.slice(0, 12) },
  repository: { full_name }
})
const pullrequest = {
  id: 3,
  title: "Say hello",
  state: "OPEN",
  source: end("feature/x"),
  destination: end("main"),
  links: { html: { href: `${page}/pull-requests/3` } }
}
const comment = { id: 17, content: { raw: "/agent status", html: "", markup: "markdown" } }
const status = (state: string, commit = sha) => ({
  ...base,
  commit_status: {
    key: "build",
    state,
    links: { commit: { href: `https://api.bitbucket.org/2.0/repositories/acme/api/commit/${commit}` } }
  }
})
const pull = { ...place, number: 3, url: `${page}/pull-requests/3` }
const opened = { ...pull, tag: "PullRequest", branch: "feature/x" }
const ofPull = { ...base, pullrequest }

describe("of Bitbucket's events", () => {
  it.each<{ name: string; event: string; given: unknown; want: object | undefined }>([
    { name: "a pull request that was opened", event: "pullrequest:created", given: ofPull, want: opened },
    { name: "one that was changed", event: "pullrequest:updated", given: ofPull, want: opened },
    { name: "one that was merged", event: "pullrequest:fulfilled", given: ofPull, want: opened },
    { name: "one that was declined", event: "pullrequest:rejected", given: ofPull, want: opened },
    { name: "one that was approved", event: "pullrequest:approved", given: ofPull, want: undefined },
    {
      name: "one of a fork",
      event: "pullrequest:created",
      given: { ...base, pullrequest: { ...pullrequest, source: end("feature/x", "eve/api") } },
      want: undefined
    },
    {
      name: "one whose fork is gone",
      event: "pullrequest:created",
      given: { ...base, pullrequest: { ...pullrequest, source: { branch: { name: "x" }, repository: null } } },
      want: undefined
    },
    {
      name: "a person who asks for changes",
      event: "pullrequest:changes_request_created",
      given: ofPull,
      want: { ...pull, tag: "Review", author: "Ada L." }
    },
    {
      name: "a comment that says something to the agent",
      event: "pullrequest:comment_created",
      given: { ...ofPull, comment },
      want: { ...pull, tag: "Comment", id: 17, author: "Ada L.", text: "/agent status" }
    },
    {
      name: "a comment for people",
      event: "pullrequest:comment_created",
      given: { ...ofPull, comment: { id: 17, content: { raw: "Nice" } } },
      want: undefined
    },
    {
      name: "a comment that was edited",
      event: "pullrequest:comment_updated",
      given: { ...ofPull, comment },
      want: undefined
    },
    {
      name: "a comment of an app",
      event: "pullrequest:comment_created",
      given: { ...ofPull, comment, actor: { type: "AppUser", nickname: "agents" } },
      want: undefined
    },
    {
      name: "a comment of nobody's",
      event: "pullrequest:comment_created",
      given: { ...ofPull, comment, actor: { type: "user" } },
      want: undefined
    },
    {
      name: "a comment of a name that hides something",
      event: "pullrequest:comment_created",
      given: { ...ofPull, comment, actor: { type: "user", nickname: "ada\u202e" } },
      want: undefined
    },
    {
      name: "a build that failed",
      event: "repo:commit_status_updated",
      given: status("FAILED"),
      want: { ...place, tag: "Checks", commit: sha }
    },
    {
      name: "a build that is under way",
      event: "repo:commit_status_created",
      given: status("INPROGRESS"),
      want: undefined
    },
    {
      name: "a build of no commit",
      event: "repo:commit_status_created",
      given: status("FAILED", "main"),
      want: undefined
    },
    { name: "a push", event: "repo:push", given: base, want: undefined },
    {
      name: "a repository at no page",
      event: "pullrequest:created",
      given: { ...ofPull, repository: { ...base.repository, links: { html: { href: "file:///etc" } } } },
      want: undefined
    },
    { name: "a list", event: "pullrequest:created", given: [], want: undefined }
  ])(
    "$name",
    ({ event, given, want }) =>
      assert.deepStrictEqual(bitbucketEvent(event, given), want as ReturnType<typeof bitbucketEvent>)
  )
})
