/** Whether a run's agent may have left work that is nowhere but in its workspace. */
import { assert, describe, it } from "@effect/vitest"
import { deliveredCondition, type EndedParts, endedRun, finishedCondition } from "../fixtures/EndedRuns.ts"

const attempts = (...all: ReadonlyArray<object>) => all.map((each) => ({ contextVersion: 1, jobName: "job", ...each }))
const notDelivered = [finishedCondition]
const pushed = { outcome: "Succeeded", reason: "Delivered" }
const broken = { outcome: "Failed", reason: "AgentError" }
const unpulled = { outcome: "Failed", reason: "ImagePullFailed" }

const cases: ReadonlyArray<{ name: string; run: EndedParts; want: boolean }> = [
  { name: "delivered", run: {}, want: false },
  {
    name: "succeeded without a commit or a pull request, as only a forged status says",
    run: { status: { headCommit: undefined, conditions: notDelivered } },
    want: true
  },
  {
    name: "succeeded under a version that told no conditions",
    run: { status: { conditions: [], attempts: undefined } },
    want: false
  },
  { name: "failed after it was pushed", run: { phase: "Failed", status: { reason: "AgentError" } }, want: false },
  {
    name: "pushed, and its pull request is missing",
    run: {
      phase: "Failed",
      status: { conditions: [{ ...deliveredCondition, status: "False", reason: "PullRequestMissing" }] }
    },
    want: false
  },
  {
    name: "failed, and nothing says what became of its branch",
    run: { phase: "Failed", status: { reason: "AgentError", conditions: notDelivered } },
    want: true
  },
  {
    name: "failed at its second version, where the first was pushed",
    run: {
      phase: "Failed",
      status: { conditions: notDelivered, attempts: attempts(pushed, broken), reason: "AgentError" }
    },
    want: true
  },
  {
    name: "nothing to change",
    run: { phase: "Failed", status: { reason: "NoChanges", conditions: notDelivered } },
    want: false
  },
  {
    name: "never had its image",
    run: { phase: "Failed", status: { attempts: attempts(unpulled), conditions: notDelivered } },
    want: false
  },
  {
    name: "never had its image, after an attempt that failed",
    run: { phase: "Failed", status: { attempts: attempts(broken, unpulled), conditions: notDelivered } },
    want: true
  },
  {
    name: "never had its image, after an attempt that was pushed",
    run: { phase: "Failed", status: { attempts: attempts(pushed, unpulled), conditions: notDelivered } },
    want: false
  },
  {
    name: "never had its image, and yet it has used tokens",
    run: { phase: "Failed", status: { attempts: attempts(unpulled), conditions: notDelivered, usage: { turns: 3 } } },
    want: true
  },
  {
    name: "cancelled before it started",
    run: {
      phase: "Cancelled",
      status: { attempts: undefined, startedAt: undefined, jobName: undefined, conditions: notDelivered }
    },
    want: false
  },
  {
    name: "cancelled at work",
    run: { phase: "Cancelled", status: { conditions: notDelivered, reason: "Cancelled" } },
    want: true
  }
]

describe("work that is nowhere else", () => {
  it.each(cases)("$name: $want", ({ run, want }) => {
    assert.strictEqual(endedRun("run", run).unpushed, want)
  })
})
