import { given, givenStarted, workspace } from "../../fixtures/Given.ts"
import { failed, makeJob, makeNextJob, makePod, released } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun, uid } from "../../fixtures/Runs.ts"
import { finished, running } from "../../fixtures/Statuses.ts"

const rule = "marksAbsent"
const run = makeCodeRun({ status: running() })
const raised = makeCodeRun({ spec: { contextVersion: 2 }, status: running() })
const marks = "mark code-api-v1-3f9c2a1b (j1@7): 4 labels"

export const marksAbsentCases: ReadonlyArray<PlanCase> = [
  {
    name: "a Job whose labels were taken off gets them back",
    given: givenStarted({ run, jobs: [makeJob({ labelled: false, pod: makePod() })] }),
    want: { rule, does: [marks] }
  },
  {
    name: "a Job whose owner was taken off gets it back",
    given: givenStarted({ run, jobs: [makeJob({ owners: [], pod: makePod() })] }),
    want: { rule, does: [`${marks}, owner ${uid}`] }
  },
  {
    name: "a Job whose finalizer was taken off gets it back",
    given: givenStarted({ run, jobs: [makeJob({ ...released, pod: makePod() })] }),
    want: { rule, does: [`${marks}, finalizer`] }
  },
  {
    name: "a Job whose finalizer was taken off is marked before its result is stored",
    given: givenStarted({ run, jobs: [makeJob({ ...released, end: failed() })] }),
    want: { rule, does: [`${marks}, finalizer`] }
  },
  {
    name: "a Job that is being deleted is left as it is",
    given: givenStarted({ run, jobs: [makeJob({ labelled: false, deleting: true, pod: makePod() })] }),
    want: { rule: "jobLost", does: ["write Failed/JobLost at 7"] }
  },
  {
    name: "a Job of an older attempt is marked before it is stopped",
    given: given({
      run: raised,
      jobs: [makeJob({ labelled: false, pod: makePod() })],
      workspace: workspace({ tag: "mine" })
    }),
    want: { rule, does: [marks] }
  },
  {
    name: "of several Jobs that which lacks something is marked",
    given: given({
      run: makeCodeRun({ status: finished("Failed", "AgentError") }),
      jobs: [makeNextJob(), makeJob({ labelled: false })]
    }),
    want: { rule, does: [marks] }
  },
  {
    name: "a Job that was let go under a finished run is left as it is",
    given: given({
      run: makeCodeRun({ status: finished("Failed", "AgentError") }),
      jobs: [makeJob({ ...released, labelled: false })]
    }),
    want: { rule: "terminal", does: [] }
  }
]
