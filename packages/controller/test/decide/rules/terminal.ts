import { pullRequestAnnotation } from "@orchestrator/domain/PullRequestFact"
import { Feedback } from "../../../src/facts/Feedback.ts"
import { brokenTemplate, given, givenDocs, makeConfig } from "../../fixtures/Given.ts"
import {
  complete,
  endedPod,
  failed,
  jobWith,
  makeJob,
  makeNextJob,
  makePod,
  released,
  silentEnd
} from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, nextJobName, uid } from "../../fixtures/Runs.ts"
import { finished } from "../../fixtures/Statuses.ts"

const succeeded = makeCodeRun({ status: finished("Succeeded", "Delivered") })
const failedRun = makeCodeRun({ status: finished("Failed", "AgentError") })
const cancelledRun = makeCodeRun({ status: finished("Cancelled", "Cancelled"), spec: { cancel: true } })
const keep = makeConfig({ cleanup: { enabled: false } })
const rule = "terminal"

const editedAfterEnd = makeCodeRun({
  status: finished("Failed", "AgentError"),
  spec: { model: "claude-opus-4-20250514", promptModification: "Try harder." },
  metadata: { generation: 2 }
})

const url = "https://github.com/acme/api/pull/3"
const pullRequest = (state: string, status = {}) =>
  makeCodeRun({
    status: { ...finished("Succeeded", "Delivered"), pullRequestUrl: url, ...status },
    metadata: { annotations: { [pullRequestAnnotation]: JSON.stringify({ url, state }) } }
  })
const merged = pullRequest("merged")
const saidMerged = pullRequest("merged", {
  conditions: [
    { type: "Finished", status: "True" },
    { type: "Merged", status: "True", reason: "Merged", message: `Merged: ${url}` }
  ]
})

export const terminalCases: ReadonlyArray<PlanCase> = [
  {
    name: "a succeeded run lets its Job go for the short delay",
    given: given({ run: succeeded, jobs: [jobWith(completed())] }),
    want: { rule, does: [`release ${jobName} (j1) for 300 s`] }
  },
  {
    name: "a failed run lets its Job go for the long delay",
    given: given({ run: failedRun, jobs: [makeJob({ end: failed() })] }),
    want: { rule, does: [`release ${jobName} (j1) for 3600 s`] }
  },
  {
    name: "a cancelled run lets its Job go for the long delay",
    given: given({ run: cancelledRun, jobs: [makeJob({ end: failed(), stopping: "Cancelled" })] }),
    want: { rule, does: [`release ${jobName} (j1) for 3600 s`] }
  },
  {
    name: "delays are configuration",
    given: given({
      run: succeeded,
      jobs: [makeJob({ end: complete })],
      config: makeConfig({ cleanup: { completedJobDelayMinutes: 0 } })
    }),
    want: { rule, does: [`release ${jobName} (j1) for 0 s`] }
  },
  {
    name: "with cleanup off the Job is let go and stays",
    given: given({ run: succeeded, jobs: [makeJob({ end: complete })], config: keep }),
    want: { rule, does: [`release ${jobName} (j1)`] }
  },
  {
    name: "a Job that is being deleted already gets no time to live",
    given: given({ run: succeeded, jobs: [makeJob({ end: complete, deleting: true })] }),
    want: { rule, does: [`release ${jobName} (j1)`] }
  },
  {
    name: "a released Job is left alone",
    given: given({ run: succeeded, jobs: [makeJob({ end: complete, ...released })] }),
    want: { rule, does: [] }
  },
  {
    name: "a Job that still runs under a finished run is stopped",
    given: given({ run: failedRun, jobs: [makeJob({ pod: makePod() })] }),
    want: { rule, does: [`stop ${jobName} (j1)`] }
  },
  {
    name: "a Job that still runs under a finished run is stopped once",
    given: given({ run: failedRun, jobs: [makeJob({ pod: makePod(), stopping: "Cancelled" })] }),
    want: { rule, does: [] }
  },
  {
    name: "a Job whose pod is over is let go before the Job controller has counted it",
    given: given({ run: failedRun, jobs: [makeJob({ pod: endedPod(silentEnd(1)) })] }),
    want: { rule, does: [`release ${jobName} (j1) for 3600 s`] }
  },
  {
    name: "every Job that is left is let go",
    given: given({
      run: makeCodeRun({
        status: finished("Failed", "AgentError", { contextVersion: 2 }),
        spec: { contextVersion: 2 }
      }),
      jobs: [makeJob({ end: failed() }), makeNextJob({ end: failed() })]
    }),
    want: { rule, does: [`release ${jobName} (j1) for 3600 s`, `release ${nextJobName} (j2) for 3600 s`] }
  },
  {
    name: "a finished run whose Job is gone is never started again",
    given: given({ run: succeeded }),
    want: { rule, does: [] }
  },
  {
    name: "a finished run whose Job was deleted while cleanup is off is never started again",
    given: given({ run: failedRun, config: keep }),
    want: { rule, does: [] }
  },
  {
    name: "cancelling a finished run changes nothing",
    given: given({ run: makeCodeRun({ status: finished("Succeeded", "Delivered"), spec: { cancel: true } }) }),
    want: { rule, does: [] }
  },
  {
    name: "taking the cancel back does not bring a cancelled run back",
    given: given({ run: makeCodeRun({ status: finished("Cancelled", "Cancelled"), spec: { cancel: false } }) }),
    want: { rule, does: [] }
  },
  {
    name: "a lower contextVersion starts nothing",
    given: given({
      run: makeCodeRun({ status: finished("Failed", "AgentError", { contextVersion: 3 }), spec: { contextVersion: 2 } })
    }),
    want: { rule, does: [] }
  },
  {
    name: "an edit of anything but contextVersion starts nothing, and the status says that it was seen",
    given: given({ run: editedAfterEnd }),
    want: { rule, does: [`read api (${uid})`] }
  },
  {
    name: "an edit after the end is said to be seen, once the whole run is known",
    given: given({ run: editedAfterEnd, feedback: Feedback.WholeRun({ run: editedAfterEnd }) }),
    want: { rule, does: ["settle api at 7"] }
  },
  {
    name: "an edit after the end that the status already has is not written again",
    given: given({ run: editedAfterEnd, feedback: Feedback.WholeRun({ run: succeeded }) }),
    want: { rule, does: [] }
  },
  {
    name: "what the forge told of the pull request is looked at with the whole run",
    given: given({ run: merged }),
    want: { rule, does: [`read api (${uid})`] }
  },
  {
    name: "a merge becomes a condition",
    given: given({ run: merged, feedback: Feedback.WholeRun({ run: merged }) }),
    want: { rule, does: ["settle api at 7"] }
  },
  {
    name: "a merge that the status has is not written again",
    given: given({ run: saidMerged }),
    want: { rule, does: [] }
  },
  {
    name: "a pull request that is open is what the status says already",
    given: given({ run: pullRequest("open") }),
    want: { rule, does: [] }
  },
  {
    name: "one that a person opened for the branch is the run's",
    given: given({ run: pullRequest("open", { pullRequestUrl: undefined }) }),
    want: { rule, does: [`read api (${uid})`] }
  },
  {
    name: "what is no fact of a pull request says nothing",
    given: given({ run: pullRequest("approved") }),
    want: { rule, does: [] }
  },
  {
    name: "a finished run whose Job cannot be let go is left alone until the next round",
    given: given({
      run: editedAfterEnd,
      jobs: [jobWith(completed())],
      feedback: Feedback.Refused({ what: "request to stop", words: "denied", lasting: true })
    }),
    want: { rule, does: [] }
  },
  {
    name: "a Job under a finished run that is being deleted is let go, although it could still run",
    given: given({ run: failedRun, jobs: [makeJob({ pod: makePod(), deleting: true })] }),
    want: { rule, does: [`release ${jobName} (j1)`] }
  },
  {
    name: "a spec that became invalid after the end changes nothing",
    given: given({ run: makeCodeRun({ status: finished("Succeeded", "Delivered"), spec: { taskId: "twelve" } }) }),
    want: { rule, does: [] }
  },
  {
    name: "an invalid run whose spec was mended waits for a raised contextVersion",
    given: given({ run: makeCodeRun({ status: finished("Failed", "InvalidSpec", { attempts: [] }) }) }),
    want: { rule, does: [] }
  },
  {
    name: "a status of an older installation without a contextVersion is final too",
    given: given({ run: makeCodeRun({ status: { phase: "Succeeded", message: "done" } }) }),
    want: { rule, does: [] }
  },
  {
    name: "a template that broke after the end changes nothing",
    given: given({ run: succeeded, files: brokenTemplate }),
    want: { rule, does: [] }
  },
  {
    name: "a succeeded DocsRun lets its Job go for the short delay",
    given: givenDocs({
      run: makeDocsRun({ status: { phase: "Succeeded", reason: "Delivered", contextVersion: 1 } }),
      jobs: [makeJob({ name: docsJobName, end: complete })]
    }),
    want: { rule, does: [`release ${docsJobName} (j1) for 300 s`] }
  },
  {
    name: "a finished DocsRun whose Job is gone is never started again",
    given: givenDocs({ run: makeDocsRun({ status: { phase: "Failed", reason: "NoChanges", contextVersion: 1 } }) }),
    want: { rule, does: [] }
  }
]
