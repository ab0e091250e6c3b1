import { assert, describe, it } from "@effect/vitest"
import { pullRequestAnnotation } from "@orchestrator/domain/PullRequestFact"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { decide, type Decision, type ForgeFacts } from "../../src/events/Decide.ts"
import { checkAttemptsAnnotation, eventRun, handledAnnotation, isAbout } from "../../src/events/EventRun.ts"
import type { EventOf, ForgeEvent } from "../../src/events/ForgeEvent.ts"
import type { ForgePullRequest } from "../../src/services/ForgeApi.ts"

const page = "https://github.com/acme/api"
const url = `${page}/pull/3`
const commit = "a".repeat(40)
const place = { host: "github.com", repository: "acme/api", page }
const comment = (text: string, more: Partial<EventOf<"Comment">> = {}): ForgeEvent => ({
  ...place,
  tag: "Comment",
  number: 3,
  url,
  id: 7,
  author: "octocat",
  text,
  ...more
})
const review: ForgeEvent = { ...place, tag: "Review", number: 3, url, author: "octocat" }
const checks: ForgeEvent = { ...place, tag: "Checks", commit }
const changed: ForgeEvent = { ...place, tag: "PullRequest", number: 3, url, branch: "feature/x" }

const makeRun = (
  status: Readonly<Record<string, unknown>> = {},
  annotations: Readonly<Record<string, string>> = {},
  spec: Readonly<Record<string, unknown>> = {}
): CustomObject => ({
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: { name: "api", uid: "u", resourceVersion: "5", generation: 1, annotations },
  spec: { repositoryUrl: `${page}.git`, contextVersion: 1, ...spec },
  status: {
    phase: "Succeeded",
    reason: "Delivered",
    contextVersion: 1,
    observedGeneration: 1,
    branch: "feature/x",
    headCommit: commit,
    pullRequestUrl: url,
    ...status
  }
})
const atWork = makeRun({ phase: "Running" })
const pull = (more: Partial<ForgePullRequest> = {}): ForgePullRequest => ({
  number: 3,
  url,
  state: "open",
  branch: "feature/x",
  commit,
  isFork: false,
  isDraft: false,
  ...more
})
const may: ForgeFacts = { tag: "Comment", mayWrite: true }
const mayNot: ForgeFacts = { tag: "Comment", mayWrite: false }
const reviewed = (mayWrite = true): ForgeFacts => ({
  tag: "Review",
  mayWrite,
  review: { id: 9, author: "octocat", words: "Be polite." }
})
const checked = (
  state: "pending" | "passed" | "failed" | "none",
  more: Partial<ForgePullRequest> = {}
): ForgeFacts => ({
  tag: "Checks",
  checks: { state, failures: state === "failed" ? [{ name: "ci", words: "1 != 2" }] : [] },
  pullRequest: pull(more)
})
const rules = { reviews: true, checkAttempts: 2 }

/** In a few words. */
const said = (decision: Decision): string => {
  if (decision.tag !== "change") return decision.tag
  const spec = decision.spec === undefined ? "" : ` ${JSON.stringify(decision.spec)}`
  return [
    `answer ${decision.answer?.what}`,
    decision.by === undefined ? "" : ` by ${decision.by}`,
    decision.ready === undefined ? "" : " and mark ready",
    spec
  ].join("")
}

describe("what follows from an event", () => {
  it.each<readonly [string, CustomObject, ForgeEvent, ForgeFacts, string]>([
    [
      "a retry with its hint",
      makeRun(),
      comment("/agent retry be brief"),
      may,
      "answer retry by github.com/octocat {\"contextVersion\":2,\"cancel\":false,\"promptModification\":\"be brief\"}"
    ],
    [
      "a retry without a hint",
      makeRun(),
      comment("/agent retry"),
      may,
      "answer retry by github.com/octocat {\"contextVersion\":2,\"cancel\":false}"
    ],
    ["a retry while it is at work", atWork, comment("/agent retry"), may, "answer busy"],
    [
      "cancelling",
      atWork,
      comment("/agent cancel"),
      may,
      "answer cancel by github.com/octocat {\"cancel\":true,\"cancelVersion\":1}"
    ],
    ["cancelling what is over", makeRun(), comment("/agent cancel"), may, "answer over"],
    ["a question", makeRun(), comment("/agent status"), may, "answer status"],
    ["a word that means nothing", makeRun(), comment("/agent dance"), may, "answer unknown"],
    ["a word of somebody who may not write", makeRun(), comment("/agent retry"), mayNot, "ignore"],
    ["a question of somebody who may not write", makeRun(), comment("/agent status"), mayNot, "ignore"],
    [
      "a comment that was done",
      makeRun({}, { [handledAnnotation]: "comment-7" }),
      comment("/agent retry"),
      may,
      "ignore"
    ],
    ["a review by somebody who may not write", makeRun(), review, reviewed(false), "ignore"],
    ["a review while it is at work", atWork, review, reviewed(), "later"],
    ["a review that was done", makeRun({}, { [handledAnnotation]: "review-9" }), review, reviewed(), "ignore"],
    ["a review that was taken back", makeRun(), review, { tag: "Review", mayWrite: true, review: undefined }, "ignore"],
    ["checks that are under way", makeRun(), checks, checked("pending"), "ignore"],
    ["failing checks while it is at work", atWork, checks, checked("failed"), "later"],
    [
      "failing checks of a commit that is not the newest",
      makeRun(),
      checks,
      checked("failed", { commit: "b" }),
      "ignore"
    ],
    ["failing checks of a fork's pull request", makeRun(), checks, checked("failed", { isFork: true }), "ignore"],
    ["failing checks of a closed pull request", makeRun(), checks, checked("failed", { state: "closed" }), "ignore"],
    [
      "failing checks after all attempts",
      makeRun({}, { [checkAttemptsAnnotation]: "2" }),
      checks,
      checked("failed"),
      "answer spent"
    ],
    ["checks that pass at once", makeRun(), checks, checked("passed"), "ignore"],
    [
      "checks that pass at last",
      makeRun({}, { [checkAttemptsAnnotation]: "1" }),
      checks,
      checked("passed"),
      "answer ready"
    ],
    [
      "checks of a draft that pass",
      makeRun(),
      checks,
      checked("passed", { isDraft: true }),
      "answer ready and mark ready"
    ]
  ])("%s", (_, run, event, facts, want) => assert.strictEqual(said(decide(eventRun(run), event, facts, rules)), want))

  it("a review that asks for changes starts the next attempt with its words", () => {
    const decision = decide(eventRun(makeRun()), review, reviewed(), rules)
    assert.match(said(decision), /^answer review by github.com\/octocat .*"contextVersion":2.*Be polite\./)
  })

  it("failing checks start the next attempt with what they printed, and are counted", () => {
    const decision = decide(eventRun(makeRun({}, { [checkAttemptsAnnotation]: "1" })), checks, checked("failed"), rules)
    assert.match(said(decision), /^answer checks by github.com\/checks .*1 != 2/)
    assert.deepInclude(decision.tag === "change" ? decision.annotations : {}, { [checkAttemptsAnnotation]: "2" })
  })

  it("neither does where it is not asked for", () => {
    const none = { reviews: false, checkAttempts: 0 }
    assert.strictEqual(said(decide(eventRun(makeRun()), review, reviewed(), none)), "ignore")
    assert.strictEqual(said(decide(eventRun(makeRun()), checks, checked("failed"), none)), "ignore")
  })

  it("a pull request's state is noted once, and never a fork's", () => {
    const noted = decide(
      eventRun(makeRun()),
      changed,
      { tag: "PullRequest", pullRequest: pull({ state: "merged" }) },
      rules
    )
    const text = JSON.stringify({ url, state: "merged" })
    assert.deepStrictEqual(noted, { tag: "change", annotations: { [pullRequestAnnotation]: text } })
    const again = eventRun(makeRun({}, { [pullRequestAnnotation]: text }))
    assert.strictEqual(
      said(decide(again, changed, { tag: "PullRequest", pullRequest: pull({ state: "merged" }) }, rules)),
      "ignore"
    )
    const fork = pull({ state: "merged", isFork: true })
    assert.strictEqual(
      said(decide(eventRun(makeRun()), changed, { tag: "PullRequest", pullRequest: fork }, rules)),
      "ignore"
    )
  })
})

describe("which run an event is about", () => {
  it.each<readonly [string, CustomObject, ForgeEvent, boolean]>([
    ["that with the pull request", makeRun(), comment("/agent status"), true],
    ["none with another one", makeRun({ pullRequestUrl: `${page}/pull/4` }), comment("/agent status"), false],
    ["none that has delivered nothing", makeRun({ pullRequestUrl: undefined }), comment("/agent status"), false],
    [
      "that with the branch, where a person opens its pull request",
      makeRun({ pullRequestUrl: undefined }),
      changed,
      true
    ],
    [
      "none with a branch of that name elsewhere",
      makeRun({ pullRequestUrl: undefined }, {}, { repositoryUrl: "https://github.com/acme/other.git" }),
      changed,
      false
    ],
    [
      "none of another repository with the same commit",
      makeRun({ pullRequestUrl: `https://github.com/acme/other/pull/3` }, {}, {
        repositoryUrl: "https://github.com/acme/other.git"
      }),
      checks,
      false
    ],
    ["that with the commit", makeRun(), checks, true],
    ["none whose newest commit it is not", makeRun({ headCommit: "b".repeat(40) }), checks, false],
    [
      "none that only has the name",
      makeRun({ branch: undefined, pullRequestUrl: undefined }, {}, { name: "feature/x" }),
      changed,
      false
    ]
  ])("%s", (_, run, event, want) => assert.strictEqual(isAbout(run, event), want))
})
