/** The plan, held to the reference machine of a run's life: whatever happens in whatever order, both come to the same. */
import { assert, describe, it } from "@effect/vitest"
import { limitWaits } from "@orchestrator/domain/Retry"
import {
  type AttemptEnd,
  newborn,
  next,
  obstacles,
  type RunEvent,
  type RunLife,
  statusOf
} from "@orchestrator/domain/RunLife"
import fc from "fast-check"
import { config } from "../fixtures/Given.ts"
import { bornRun, type Disturbance, leftOver, live, type LivedRun, liveJobs, statusIn } from "../fixtures/LivedRun.ts"

const bounds = { RateLimited: limitWaits, InfraLost: config.retry.infrastructure }

const ends: ReadonlyArray<AttemptEnd> = [
  "Delivered",
  "Interrupted",
  "InfraLost",
  "RateLimited",
  "AgentError",
  "BudgetExceeded",
  "SetupFailed"
]

interface Lives {
  life: RunLife
}

interface Real {
  run: LivedRun
}

/** Where an event can happen at all. */
const isPossible = ({ place }: RunLife, { tag }: RunEvent): boolean => {
  switch (tag) {
    case "AgentBegan":
      return place === "Starting"
    case "TimeIsUp":
      return place === "Working"
    case "PauseOver":
      return place === "Paused"
    case "AttemptEnded":
    case "JobDeleted":
      return ["Starting", "Working", "Stopping", "Replacing"].includes(place)
    default:
      return place !== "Gone"
  }
}

class Happens implements fc.Command<Lives, Real> {
  readonly event: RunEvent
  readonly disturbance: Disturbance
  constructor(event: RunEvent, disturbance: Disturbance) {
    this.event = event
    this.disturbance = disturbance
  }
  check({ life }: Readonly<Lives>) {
    return isPossible(life, this.event)
  }
  run(model: Lives, real: Real) {
    model.life = next(model.life, this.event, bounds)
    real.run = live(real.run, this.event, this.disturbance)
    const { life } = model
    const want = statusOf(life)
    assert.deepStrictEqual(statusIn(real.run), want && { contextVersion: life.told, reason: undefined, ...want })
    assert.isAtMost(liveJobs(real.run), 1)
    if (life.place === "Ended" || life.place === "Gone") assert.deepStrictEqual(leftOver(real.run), [])
  }
  toString() {
    return JSON.stringify({ ...this.event, ...this.disturbance })
  }
}

const disturbances = fc.record({
  crashAfter: fc.option(fc.nat(4), { nil: undefined }),
  cleaned: fc.boolean()
})

const happens = (event: fc.Arbitrary<RunEvent>) =>
  fc.tuple(event, disturbances).map(([each, disturbance]) => new Happens(each, disturbance))

const always = (tag: Exclude<RunEvent["tag"], "Kept" | "AttemptEnded">) => happens(fc.constant<RunEvent>({ tag }))

const commands = fc.commands([
  always("Raised"),
  always("CancelAsked"),
  always("Deleted"),
  always("LetGo"),
  always("AgentBegan"),
  always("AgentBegan"),
  always("JobDeleted"),
  always("TimeIsUp"),
  always("PauseOver"),
  always("PauseOver"),
  happens(fc.constantFrom(...obstacles).map((by) => ({ tag: "Kept", by }))),
  happens(fc.constantFrom(...ends).map((reason) => ({ tag: "AttemptEnded", reason }))),
  happens(fc.constantFrom(...ends).map((reason) => ({ tag: "AttemptEnded", reason })))
], { maxCommands: 25 })

describe("a run's life", () => {
  it("comes to what the reference machine says, whatever happens in whatever order and wherever the controller crashes", () => {
    fc.assert(
      fc.property(commands, (all) => {
        fc.modelRun(() => ({ model: { life: newborn }, real: { run: bornRun() } }), all)
      }),
      { numRuns: 1000 }
    )
  })
})
