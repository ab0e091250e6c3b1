import { assert, describe, it } from "@effect/vitest"
import { makeSessions } from "@orchestrator/mcp/http/Sessions"

describe("sessions", () => {
  it("are ended where a user has too many, the one first that was used longest ago", () => {
    const sessions = makeSessions({ most: 10, mostOfUser: 2 })
    assert.deepStrictEqual(["a", "b"].flatMap((id) => sessions.begin(id, "one")), [])
    sessions.use("a")
    assert.deepStrictEqual(sessions.begin("x", "two"), [])
    assert.deepStrictEqual(sessions.begin("c", "one"), ["b"])
  })

  it("are ended where all users together have too many", () => {
    const sessions = makeSessions({ most: 2, mostOfUser: 2 })
    sessions.begin("a", "one")
    sessions.begin("b", "two")
    assert.deepStrictEqual(sessions.begin("c", "three"), ["a"])
  })

  it("count no more once they are ended", () => {
    const sessions = makeSessions({ most: 10, mostOfUser: 1 })
    sessions.begin("a", "one")
    sessions.end("a")
    assert.deepStrictEqual(sessions.begin("b", "one"), [])
  })
})
