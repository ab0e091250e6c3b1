import { given } from "../../fixtures/Given.ts"
import { makeJob, makePod, released } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { finished, running } from "../../fixtures/Statuses.ts"

const former = { name: "code-api-v1-aaaaaaaa", uid: "old" }

export const previousIncarnationCases: ReadonlyArray<PlanCase> = [
  {
    name: "the marked Job of a deleted run of the same name is let go before anything else",
    given: given({ orphans: [makeJob({ ...former, deleting: true })] }),
    want: { rule: "previousIncarnation", does: ["release code-api-v1-aaaaaaaa (old)"] }
  },
  {
    name: "the marked Job of a deleted run is let go also when the run of its name has ended",
    given: given({
      run: makeCodeRun({ status: finished("Succeeded", "Delivered") }),
      orphans: [makeJob({ ...former, deleting: true })]
    }),
    want: { rule: "previousIncarnation", does: ["release code-api-v1-aaaaaaaa (old)"] }
  },
  {
    name: "a Job that a deleted run of the same name has left behind is let go after its time",
    given: given({ orphans: [makeJob({ ...former, owners: [], runUid: "old-uid" })] }),
    want: { rule: "previousIncarnation", does: ["release code-api-v1-aaaaaaaa (old) for 3600 s"] }
  },
  {
    name: "a Job of the deleted run that is not marked yet is neither stopped nor released",
    given: given({
      run: makeCodeRun({ status: running() }),
      jobs: [makeJob({ pod: makePod() })],
      orphans: [makeJob({ ...former, pod: makePod() })],
      files: { present: true, rendered: undefined }
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "a Job of the deleted run that we do not hold is none of our business",
    given: given({
      run: makeCodeRun({ status: finished("Failed", "AgentError") }),
      orphans: [makeJob({ ...former, deleting: true, ...released })]
    }),
    want: { rule: "terminal", does: [] }
  }
]
