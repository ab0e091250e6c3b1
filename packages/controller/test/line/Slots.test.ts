import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { type Claimant, isLimited, makeSlots, takenBy, unknownClaimant } from "../../src/line/Slots.ts"

const run = (githubUser = "ada", service = "api"): Claimant => ({ githubUser, service })

describe("runs at the same time", () => {
  it.each([
    { name: "no limit", limits: {}, want: false },
    { name: "all", limits: { activeRuns: 1 }, want: true },
    { name: "a user's", limits: { activeRunsPerGithubUser: 1 }, want: true },
    { name: "a service's", limits: { activeRunsPerService: 1 }, want: true }
  ])("are limited: $name", ({ limits, want }) => assert.strictEqual(isLimited(limits), want))
})

describe("a place among the runs that work", () => {
  it.each([
    { name: "is there without limits", limits: {}, active: [run(), run()], want: undefined },
    { name: "is there below a limit", limits: { activeRuns: 2 }, active: [run()], want: undefined },
    { name: "is not there at it", limits: { activeRuns: 1 }, active: [run()], want: "limits.activeRuns is 1" },
    {
      name: "is refused for the user's runs",
      limits: { activeRunsPerGithubUser: 1 },
      active: [run()],
      want: "limits.activeRunsPerGithubUser is 1"
    },
    {
      name: "is not refused for another user's",
      limits: { activeRunsPerGithubUser: 1 },
      active: [run("bob")],
      want: undefined
    },
    {
      name: "is refused for the service's runs",
      limits: { activeRuns: 9, activeRunsPerService: 2 },
      active: [run(), run(), run("ada", "web")],
      want: "limits.activeRunsPerService is 2"
    },
    {
      name: "is taken by runs of which nothing is known, but by none of a user",
      limits: { activeRunsPerGithubUser: 1 },
      active: [unknownClaimant],
      want: undefined
    },
    {
      name: "is taken by runs of which nothing is known",
      limits: { activeRuns: 1 },
      active: [unknownClaimant],
      want: "limits.activeRuns is 1"
    },
    {
      name: "is there for a user with any name, whatever is not known of others",
      limits: { activeRunsPerGithubUser: 1, activeRunsPerService: 1 },
      active: [unknownClaimant],
      asks: run("undefined", "undefined"),
      want: undefined
    }
  ])("$name", ({ active, asks = run(), limits, want }) => {
    assert.strictEqual(makeSlots(limits, takenBy(limits, active)).tryAcquire(asks), want)
  })

  it("is counted once it is taken", () => {
    const { isFull, tryAcquire } = makeSlots({ activeRuns: 2 }, takenBy({ activeRuns: 2 }, [run()]))
    assert.deepStrictEqual([isFull(), tryAcquire(run()), isFull(), tryAcquire(run())], [
      false,
      undefined,
      true,
      "limits.activeRuns is 2"
    ])
  })

  it("is never given beyond a limit, whoever asks", () => {
    const claimant = fc.record({
      githubUser: fc.constantFrom("ada", "bob"),
      service: fc.constantFrom("api", "web", "ui")
    })
    const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })
    fc.assert(fc.property(
      fc.array(claimant),
      fc.record({ activeRuns: limit, activeRunsPerGithubUser: limit, activeRunsPerService: limit }),
      (line, given) => {
        const limits = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
        const { tryAcquire } = makeSlots(limits, new Map())
        const inside = line.filter((each) => tryAcquire(each) === undefined)
        const most = (of: (each: Claimant) => string | undefined) =>
          Math.max(0, ...inside.map((each) => inside.filter((other) => of(other) === of(each)).length))
        assert.isAtMost(inside.length, given.activeRuns ?? line.length)
        assert.isAtMost(most(({ githubUser }) => githubUser), given.activeRunsPerGithubUser ?? line.length)
        assert.isAtMost(most(({ service }) => service), given.activeRunsPerService ?? line.length)
        if (!isLimited(limits)) assert.lengthOf(inside, line.length)
      }
    ))
  })
})
