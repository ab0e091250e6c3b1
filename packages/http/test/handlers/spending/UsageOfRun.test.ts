import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { usageOf } from "../../../src/handlers/spending/UsageOfRun.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"

const now = DateTime.makeUnsafe("2026-01-05T12:00:00Z")

const attempt = (startedAt: string, finishedAt: string | undefined, costUsd: number) => ({
  contextVersion: 1,
  jobName: `job-${startedAt}`,
  startedAt,
  ...(finishedAt === undefined ? {} : { finishedAt }),
  usage: { costUsd, inputTokens: 10, outputTokens: 1, turns: 2 }
})

const costs = (status: Record<string, unknown>) => {
  const run = makeCodeRun("a", { status })
  const created = { ...run, metadata: { ...run.metadata, creationTimestamp: "2026-01-01T00:00:00Z" } }
  const { attempts, days, seconds } = usageOf(created, now)
  return { attempts, seconds, days: Object.fromEntries([...days].map(([day, { costUsd }]) => [day, costUsd])) }
}

describe("what a run has used", () => {
  it.each<{ name: string; given: Record<string, unknown>; want: ReturnType<typeof costs> }>([
    { name: "is nothing before its first attempt", given: {}, want: { attempts: 0, seconds: 0, days: {} } },
    {
      name: "counts on the day on which an attempt ended",
      given: {
        phase: "Failed",
        usage: { costUsd: 3 },
        attempts: [
          attempt("2026-01-01T23:00:00Z", "2026-01-02T00:30:00Z", 1),
          attempt("2026-01-03T01:00:00+02:00", "2026-01-03T01:00:10+02:00", 2)
        ]
      },
      want: { attempts: 2, seconds: 5410, days: { "2026-01-02": 3 } }
    },
    {
      name: "counts what older attempts used on the day of the first that is known",
      given: {
        phase: "Failed",
        usage: { costUsd: 5.000001 },
        attempts: [attempt("2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z", 1)]
      },
      want: { attempts: 1, seconds: 172_800, days: { "2026-01-02": 4.000001, "2026-01-04": 1 } }
    },
    {
      name: "counts on the day of its creation where no attempt is known",
      given: { phase: "Failed", usage: { costUsd: 1 } },
      want: { attempts: 0, seconds: 0, days: { "2026-01-01": 1 } }
    },
    {
      name: "counts an attempt that works up to now",
      given: { phase: "Running", attempts: [attempt("2026-01-05T11:59:00Z", undefined, 1)] },
      want: { attempts: 1, seconds: 60, days: { "2026-01-05": 1 } }
    },
    {
      name: "takes nothing for a number that is none",
      given: { phase: "Failed", usage: { costUsd: "1", turns: -4 }, attempts: [{ usage: { costUsd: NaN } }, 7, null] },
      want: { attempts: 3, seconds: 0, days: {} }
    }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(costs(given), want))
})
