/** The payloads that GitHub publishes as examples: each is read or left out, and those that something follows from are read right. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { forgeEvent } from "../../src/events/ForgePayload.ts"

const examples: ReadonlyArray<{ readonly name: string; readonly examples: ReadonlyArray<object> }> = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("@octokit/webhooks-examples"), "utf8")
)

const payloads = examples.flatMap(({ examples: each, name }) =>
  each.map((payload, index) => ({ name, payload, index }))
)

type Payload = Readonly<Record<string, unknown>>
const actionOf = (payload: object): string => String((payload as Payload)["action"] ?? "")
const tagsOf = (wanted: string, action: string) =>
  payloads.filter(({ name, payload }) => name === wanted && actionOf(payload) === action)
    .map(({ name, payload }) => forgeEvent(name, payload)?.tag)

describe("GitHub's examples", () => {
  it.each(payloads)("$name $index is read without a fault", ({ name, payload }) => {
    const event = forgeEvent(name, payload)
    if (event !== undefined) assert.match(event.repository, /^[\w.-]+\/[\w.-]+$/)
  })

  it.each<readonly [string, string, string | undefined]>([
    ["pull_request", "opened", "PullRequest"],
    ["pull_request", "closed", "PullRequest"],
    ["pull_request", "labeled", undefined],
    ["check_run", "completed", "Checks"],
    ["check_suite", "completed", "Checks"],
    ["issues", "labeled", "Labelled"],
    ["issues", "opened", undefined],
    // They say nothing to the agent.
    ["issue_comment", "created", undefined],
    ["pull_request_review", "submitted", undefined]
  ])("%s %s is a %s", (name, action, want) => {
    const tags = tagsOf(name, action)
    assert.isAbove(tags.length, 0)
    for (const tag of new Set(tags)) assert.strictEqual(tag, want)
  })
})

/** What a test changes of a payload is its own affair. */
// oxlint-disable-next-line typescript/no-explicit-any
type Open = Record<string, any>

/** An example with other values in some places. */
const changed = (name: string, action: string, change: (payload: Open) => void): object => {
  const found = payloads.find((each) => each.name === name && actionOf(each.payload) === action)
  const payload = JSON.parse(JSON.stringify(found?.payload)) as Open
  change(payload)
  return payload
}

describe("of a payload", () => {
  const comment = (change: (payload: Open) => void = () => {}) =>
    forgeEvent(
      "issue_comment",
      changed("issue_comment", "created", (payload) => {
        payload["issue"].pull_request = { html_url: "https://github.com/Codertocat/Hello-World/pull/1" }
        payload["comment"].body = "/agent retry\nplease"
        change(payload)
      })
    )

  it("a comment that speaks to the agent is what is read", () => {
    const event = comment()
    assert.strictEqual(event?.tag, "Comment")
    assert.deepInclude(event, { host: "github.com", repository: "Codertocat/Hello-World", author: "Codertocat" })
  })

  it.each<readonly [string, (payload: Open) => void]>([
    ["by a bot", (payload) => void (payload["sender"].type = "Bot")],
    ["by an app", (payload) => void (payload["comment"].user.login = "orchestrator[bot]")],
    ["that was edited", (payload) => void (payload["action"] = "edited")],
    ["in an issue", (payload) => delete payload["issue"].pull_request],
    ["that quotes the command", (payload) => void (payload["comment"].body = "> /agent retry")],
    ["of a repository with another kind of name", (payload) => void (payload["repository"].full_name = "../../etc")],
    ["of no page", (payload) => void (payload["repository"].html_url = "javascript:alert(1)")],
    ["without a sender", (payload) => delete payload["sender"]],
    ["with an id that is none", (payload) => void (payload["comment"].id = "7")]
  ])("a comment %s is not", (_, change) => assert.isUndefined(comment(change)))

  it("a pull request of a fork's branch is left out, and one whose fork is gone", () => {
    const opened = (change: (payload: Open) => void) =>
      forgeEvent("pull_request", changed("pull_request", "opened", change))?.tag
    assert.strictEqual(opened(() => {}), "PullRequest")
    assert.isUndefined(opened((payload) => void (payload["pull_request"].head.repo.id = 1)))
    assert.isUndefined(opened((payload) => void (payload["pull_request"].head.repo = null)))
  })

  it("a review counts where it asks for changes, or speaks to the agent", () => {
    const review = (state: string, body: string | null) =>
      forgeEvent(
        "pull_request_review",
        changed("pull_request_review", "submitted", (payload) => {
          payload["review"].state = state
          payload["review"].body = body
        })
      )?.tag
    assert.strictEqual(review("changes_requested", "No."), "Review")
    assert.strictEqual(review("CHANGES_REQUESTED", null), "Review")
    assert.strictEqual(review("commented", "/agent retry"), "Comment")
    assert.isUndefined(review("approved", "Yes."))
    assert.isUndefined(review("commented", null))
  })

  it.each([null, 1, "text", [], {}, { repository: null }, { __proto__: { action: "created" } }])(
    "%j is nothing",
    (payload) => assert.isUndefined(forgeEvent("issue_comment", payload))
  )
})
