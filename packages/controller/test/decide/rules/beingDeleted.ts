import { given, givenDocs } from "../../fixtures/Given.ts"
import { complete, failed, makeJob, makeNextJob, makePod, released } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { docsJobName, makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { running } from "../../fixtures/Statuses.ts"

const deleting = { metadata: { deletionTimestamp: "2026-03-01T09:59:00Z" } }
const rule = "beingDeleted"

export const beingDeletedCases: ReadonlyArray<PlanCase> = [
  {
    name: "nothing is started for a run that is being deleted",
    given: given({ run: makeCodeRun(deleting) }),
    want: { rule, does: [] }
  },
  {
    name: "a running Job is left to the garbage collector while the run is being deleted",
    given: given({ run: makeCodeRun({ ...deleting, status: running() }), jobs: [makeJob({ pod: makePod() })] }),
    want: { rule, does: [] }
  },
  {
    name: "a Job that the garbage collector has marked is let go",
    given: given({ run: makeCodeRun({ ...deleting, status: running() }), jobs: [makeJob({ deleting: true })] }),
    want: { rule, does: ["release code-api-v1-3f9c2a1b (j1)"] }
  },
  {
    name: "a marked Job that we do not hold is left alone",
    given: given({ run: makeCodeRun(deleting), jobs: [makeJob({ deleting: true, ...released })] }),
    want: { rule, does: [] }
  },
  {
    name: "the marked Jobs of a run that is gone are let go, whatever their end",
    given: {
      ...given(),
      run: undefined,
      orphans: [
        makeJob({ deleting: true, end: complete }),
        makeNextJob({ deleting: true }),
        makeJob({ name: "kept", uid: "j3" })
      ]
    },
    want: { rule, does: ["release code-api-v1-3f9c2a1b (j1)", "release code-api-v2-3f9c2a1b (j2)"] }
  },
  {
    name: "the Job of a run that was deleted without it is let go after its time, whatever it does",
    given: { ...given(), run: undefined, orphans: [makeJob({ owners: [], runUid: "gone-uid", pod: makePod() })] },
    want: { rule, does: ["release code-api-v1-3f9c2a1b (j1) for 3600 s"] }
  },
  {
    name: "a run that is gone without a Job needs nothing",
    given: { ...given(), run: undefined, workspace: undefined },
    want: { rule, does: [] }
  },
  {
    name: "a cancelled run that is being deleted gets no status of its end",
    given: given({ run: makeCodeRun({ ...deleting, spec: { cancel: true } }) }),
    want: { rule, does: [] }
  },
  {
    name: "a DocsRun that is being deleted lets go of its failed Job",
    given: givenDocs({
      run: makeDocsRun(deleting),
      jobs: [makeJob({ name: docsJobName, deleting: true, end: failed() })]
    }),
    want: { rule, does: ["release docs-guide-3f9c2a1b (j1)"] }
  }
]
