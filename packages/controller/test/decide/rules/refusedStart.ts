import { Feedback } from "../../../src/facts/Feedback.ts"
import { given } from "../../fixtures/Given.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { now, readyFact } from "../../fixtures/Statuses.ts"

const rule = "refused"
const words = "jobs.batch \"code-api-v1-3f9c2a1b\" is forbidden: exceeded quota: few, requested: count/jobs.batch=1"
const message = "The cluster rejected the run's Job: exceeded quota: few, requested: count/jobs.batch=1. Raise the " +
  "namespace's ResourceQuota, or wait for other runs to end."
const fact = (status: "True" | "False", type: string, reason = "WaitingForCapacity") => ({
  ...readyFact(status, reason, message, now),
  type
})

const forbidden = given({ feedback: Feedback.Refused({ what: "Job", words, lasting: false }) })

const refused = {
  phase: "Pending",
  reason: "WaitingForCapacity",
  message,
  lastUpdate: now,
  contextVersion: 1,
  observedGeneration: 1,
  conditions: [
    fact("False", "Ready"),
    fact("True", "Queued"),
    fact("False", "Progressing", "QuotaExceeded"),
    {
      type: "Finished",
      status: "False",
      reason: "InProgress",
      message: "The run has not ended.",
      lastTransitionTime: now
    }
  ]
}

export const refusedStartCases: ReadonlyArray<PlanCase> = [
  {
    name: "a quota's words are in the message and in every condition",
    given: forbidden,
    want: { rule, does: ["write Pending/WaitingForCapacity at 7"], status: refused }
  },
  {
    name: "what a quota said already is not written again",
    given: given({
      run: makeCodeRun({ status: refused }),
      feedback: Feedback.Refused({ what: "Job", words, lasting: false })
    }),
    want: { rule, does: [] }
  },
  {
    name: "a Job that the API server would never take ends the run, with its words",
    given: given({
      feedback: Feedback.Refused({
        what: "Job",
        words: "Job.batch \"x\" is invalid: spec.template: no such field",
        lasting: true
      })
    }),
    want: {
      rule,
      does: ["write Failed/InvalidSpec at 7"],
      status: {
        message: "The cluster rejected the run's Job: spec.template: no such field. Check the orchestrator's " +
          "permissions and the namespace's policies."
      }
    }
  }
]
