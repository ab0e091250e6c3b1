import { assert, it } from "@effect/vitest"
import { sincePattern } from "../../src/contract/LogParameters.ts"
import { sinceOf } from "../../src/handlers/SelectLines.ts"

it.each([
  { since: undefined, want: {} },
  { since: "300", want: { sinceSeconds: 300 } },
  { since: "0", want: { sinceSeconds: 1 } },
  { since: "90s", want: { sinceSeconds: 90 } },
  { since: "5m", want: { sinceSeconds: 300 } },
  { since: "1h30m", want: { sinceSeconds: 5400 } },
  { since: "2h5s", want: { sinceSeconds: 7205 } },
  { since: "2026-01-01T12:00:00Z", want: { sinceTime: "2026-01-01T12:00:00.000Z" } },
  { since: "2026-01-01T14:00:00+02:00", want: { sinceTime: "2026-01-01T12:00:00.000Z" } }
])("since $since is what kubectl means by it", ({ since, want }) => {
  if (since !== undefined) assert.match(since, sincePattern)
  assert.deepStrictEqual(sinceOf(since), want)
})

it.each(["", "m", "5 m", "-5m", "5d", "1.5h", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "5m1h"])(
  "%j is no time to begin at",
  (since) => assert.notMatch(since, sincePattern)
)
