/** The reference machine itself: small enough to walk through every state that it can come to. */
import { assert, describe, it } from "@effect/vitest"
import { newborn, next, places, type RunLife, statusOf } from "../src/RunLife.ts"
import { events, reachable } from "../src/RunLifePage.ts"

const bounds = { RateLimited: 1, InfraLost: 1 }

const after = (life: RunLife, ...tags: ReadonlyArray<(typeof events)[number]["tag"]>): RunLife =>
  tags.reduce((at, tag) => {
    const event = events.find((each) => each.tag === tag)
    assert.isDefined(event)
    return next(at, event, bounds)
  }, life)

describe("the reference machine of a run's life", () => {
  const all = reachable(3)

  it("comes to every place, and to a few thousand states at most", () => {
    assert.deepStrictEqual([...new Set(all.map(({ place }) => place))].toSorted(), [...places].toSorted())
    assert.isBelow(all.length, 5000)
  })

  it("never changes the end of a version, and never takes a version back", () => {
    for (const life of all) {
      for (const event of events) {
        const to = next(life, event, bounds)
        assert.isAtLeast(to.version, life.version)
        assert.isAtLeast(to.told, life.told)
        if (life.place === "Ended" && to.place === "Ended" && to.version === life.version) {
          assert.strictEqual(to.reason, life.reason)
        }
      }
    }
  })

  it("leaves no state from which a run cannot come to its end", () => {
    const finishing = [
      events.filter(({ tag }) => tag === "LetGo"),
      events.filter(({ tag }) => tag === "PauseOver"),
      events.filter((event) => event.tag === "AttemptEnded" && event.reason === "Delivered")
    ].flat()
    for (const life of all) {
      let last = life
      for (let round = 0; round < 4; round++) last = finishing.reduce((at, event) => next(at, event, bounds), last)
      assert.include(["Ended", "Gone"], last.place, JSON.stringify(life))
    }
  })

  it("says the phase of every state, and a reason of every end", () => {
    for (const life of all) {
      const status = statusOf(life)
      if (life.place === "Gone") assert.isUndefined(status)
      else assert.isDefined(status?.phase)
      if (life.place === "Ended") assert.isDefined(status?.reason)
    }
  })

  it("cancels what runs, and goes on with a version that is raised after that", () => {
    assert.strictEqual(after(newborn, "AgentBegan", "CancelAsked").place, "Stopping")
    assert.strictEqual(after(newborn, "CancelAsked", "Raised").place, "Replacing")
    assert.strictEqual(after(newborn, "CancelAsked", "Raised", "AttemptEnded").place, "Starting")
    assert.strictEqual(after(newborn, "Raised", "CancelAsked", "AttemptEnded").reason, "Cancelled")
  })
})
