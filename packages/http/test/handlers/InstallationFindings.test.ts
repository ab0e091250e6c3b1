import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { leaderFinding, webhookFindings } from "../../src/handlers/InstallationFindings.ts"

const now = DateTime.makeUnsafe("2026-01-01T00:01:00Z")
const held = (identity: string, renewedAt: string) => ({ identity, isThisReplica: false, renewedAt, leaseSeconds: 15 })

describe("who leads", () => {
  it.each([
    { name: "a fresh Lease", leader: held("a_1", "2026-01-01T00:00:50.000000Z"), want: /^ok a_1$/ },
    { name: "one that is alone", leader: { identity: "this process", isThisReplica: true }, want: /^ok this process$/ },
    {
      name: "a Lease that is over",
      leader: held("a_1", "2026-01-01T00:00:00.000000Z"),
      want: /^fail nobody leads: a_1 .* 60 s ago$/
    },
    {
      name: "one that was given up",
      leader: held("", "2026-01-01T00:00:59.000000Z"),
      want: /^fail nobody leads: .* no holder$/
    },
    { name: "none at all", leader: undefined, want: /^fail nobody leads: there is no Lease orchestrator-controller$/ },
    {
      name: "none, and why",
      leader: undefined,
      problem: "cannot acquire the lease: forbidden",
      want: /this replica cannot acquire the lease: forbidden$/
    }
  ])("$name", ({ leader, problem, want }) => {
    const { found, status } = leaderFinding({ leader, problem, now })
    assert.match(`${status} ${found}`, want)
  })
})

const delivery = (webhook: string, status: number) => ({
  at: "2026-01-01T00:00:00Z",
  webhook,
  status,
  verdict: status < 400 ? "done" : "Expected a signature"
})

it.each([
  { name: "nothing came", given: [], want: [] },
  { name: "the newest was taken", given: [delivery("github", 200), delivery("github", 403)], want: [/^ok github/] },
  {
    name: "since it was taken last, two were refused",
    given: [delivery("github", 403), delivery("github", 403), delivery("github", 200), delivery("github", 403)],
    want: [/^fail github refused the last 2 deliveries, with 403: Expected a signature .*webhook\.github/]
  },
  {
    name: "each webhook for itself",
    given: [delivery("run/nightly", 403), delivery("github", 202)],
    want: [/^fail run\/nightly refused the last delivery.*webhook\.nightly/, /^ok github/]
  }
])("webhooks: $name", ({ given, want }) => {
  const lines = webhookFindings(given).map(({ found, next = "", status }) => `${status} ${found} ${next}`)
  assert.lengthOf(lines, want.length)
  want.forEach((pattern, index) => assert.match(lines[index] ?? "", pattern))
})
