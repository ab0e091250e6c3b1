import { assert, describe, it } from "@effect/vitest"
import { isIdle, matching, stateOf } from "../../src/show/Workspaces.ts"

const workspace = {
  name: "workspace-payments",
  uid: "1",
  createdAt: "2026-01-01T00:00:00Z",
  service: "payments",
  githubUser: "octocat",
  phase: "Bound",
  holders: [],
  line: []
}

describe("a workspace", () => {
  it.each([
    { name: "is idle", given: {}, want: "Idle", idle: true },
    { name: "is idle where it has no volume yet", given: { phase: "Pending" }, want: "No volume yet", idle: true },
    { name: "is in use", given: { holders: ["a"], line: [{ run: "b", position: 1 }] }, want: "In use", idle: false },
    { name: "is waited for", given: { line: [{ run: "b", position: 1 }] }, want: "Waited for", idle: false },
    { name: "is being deleted", given: { deletedAt: "2026-01-01T00:00:00Z" }, want: "Being deleted", idle: false },
    { name: "is lost", given: { phase: "Lost" }, want: "Volume lost", idle: true }
  ])("$name", ({ given, idle, want }) => {
    assert.strictEqual(stateOf({ ...workspace, ...given }).words, want)
    assert.strictEqual(isIdle({ ...workspace, ...given }), idle)
  })

  it("is found by what is shown of it", () => {
    const other = { ...workspace, name: "workspace-billing", service: "billing", holders: ["fix-42"] }
    const found = (text: string) => matching([workspace, other], text).map(({ service }) => service)
    assert.deepStrictEqual(found(" PAY "), ["payments"])
    assert.deepStrictEqual(found("fix-42"), ["billing"])
    assert.lengthOf(found(""), 2)
    assert.lengthOf(found("nothing"), 0)
  })
})
