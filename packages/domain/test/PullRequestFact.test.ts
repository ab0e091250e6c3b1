import { assert, describe, it } from "@effect/vitest"
import { setConditions } from "../src/Condition.ts"
import {
  pullRequestAnnotation,
  type PullRequestFact,
  pullRequestIn,
  pullRequestText,
  unsaidOf
} from "../src/PullRequestFact.ts"

const url = "https://git.example.com/acme/api/pulls/3"
const now = "2026-03-01T09:00:00Z"

describe("what became of a pull request", () => {
  it.each<PullRequestFact["state"]>(["open", "closed", "merged"])("%s is read as it was written", (state) => {
    const fact = { url, state }
    assert.deepStrictEqual(pullRequestIn({ [pullRequestAnnotation]: pullRequestText(fact) }), fact)
  })

  it.each(["", "{}", "null", `{"url":"javascript:alert(1)","state":"merged"}`, `{"url":"${url}","state":"gone"}`])(
    "%s says nothing",
    (text) => assert.isUndefined(pullRequestIn({ [pullRequestAnnotation]: text }))
  )

  const said = (...states: ReadonlyArray<PullRequestFact["state"]>) =>
    states.reduce<{ readonly pullRequestUrl: string; readonly conditions: Parameters<typeof setConditions>[0] }>(
      (status, state) => ({
        pullRequestUrl: url,
        conditions: setConditions(status.conditions, unsaidOf({ url, state }, status), now)
      }),
      { pullRequestUrl: url, conditions: [] }
    ).conditions.map(({ reason, status }) => `${status} ${reason}`)

  it.each<readonly [ReadonlyArray<PullRequestFact["state"]>, ReadonlyArray<string>]>([
    [["open"], []],
    [["merged"], ["True Merged"]],
    [["merged", "merged"], ["True Merged"]],
    [["closed"], ["False Closed"]],
    [["closed", "open"], ["False Open"]],
    [["closed", "open", "merged"], ["True Merged"]]
  ])("%j becomes %j", (states, want) => assert.deepStrictEqual(said(...states), want))
})
