import { restoredAnnotation } from "@orchestrator/domain/Labels"
import { given } from "../../fixtures/Given.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { jobName, makeCodeRun } from "../../fixtures/Runs.ts"
import { endedAttempt } from "../../fixtures/Statuses.ts"

const before = "99887766-1111-4222-8333-444455556666"
const metadata = { annotations: { [restoredAnnotation]: before } }
const rule = "restoring"

export const restoringCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run whose status has yet to be restored is not started",
    given: given({ run: makeCodeRun({ metadata }) }),
    want: { rule, does: [] }
  },
  {
    name: "nor is it cancelled, or judged by its spec",
    given: given({ run: makeCodeRun({ metadata, spec: { cancel: true, model: "" } }) }),
    want: { rule, does: [] }
  },
  {
    name: "a restored run that had not begun begins, with a Job that is named after its former UID",
    given: given({ run: makeCodeRun({ metadata, status: { phase: "Pending", originalUid: before } }) }),
    want: {
      rule: "jobAbsent",
      does: [
        "lease workspace-api (pvc1@41) to 3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a01",
        "create Job code-api-v1-99887766",
        "create files code-api-v1-99887766-0123456789abcdef of the new Job"
      ]
    }
  },
  {
    name: "a restored run that had ended stays ended",
    given: given({
      run: makeCodeRun({
        metadata,
        status: {
          phase: "Succeeded",
          reason: "Delivered",
          originalUid: before,
          contextVersion: 1,
          jobName,
          observedGeneration: 1,
          attempts: [endedAttempt("Succeeded", "Delivered")],
          conditions: [{ type: "Finished", status: "True" }]
        }
      })
    }),
    want: { rule: "terminal", does: [] }
  }
]
