import { brokenTemplate, givenDocs, givenStarted, makeConfig, renderedFiles } from "../../fixtures/Given.ts"
import { endedPod, endWith, makeJob, makePod, startingPod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, interrupted } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { now, running } from "../../fixtures/Statuses.ts"

const rule = "filesAbsent"
const run = makeCodeRun({ status: running() })
const files = renderedFiles
/** The files of this Job were others than those that would be made now. */
const ofOther = { files: { name: "files-of-other", digest: "of-other" } }
const anew = {
  rule,
  does: ["write Pending/InfraLost at 7"],
  status: {
    message:
      "The attempt's ConfigMap was deleted, and would have other content now. The run resumes at 2026-03-01T10:00:10Z."
  }
}

export const filesAbsentCases: ReadonlyArray<PlanCase> = [
  {
    name: "after a crash between Job and files, the files are made for the Job that is there",
    given: givenStarted({ run: makeCodeRun(), jobs: [makeJob()], files }),
    want: { rule, does: [`create files ${jobName}-0123456789abcdef of j1`] }
  },
  {
    name: "files that a person deletes while the agent works are made again",
    given: givenStarted({ run, jobs: [makeJob({ pod: makePod() })], files }),
    want: { rule, does: [`create files ${jobName}-0123456789abcdef of j1`] }
  },
  {
    name: "files that are to outlive the Job belong to the run then too",
    given: givenStarted({
      run,
      jobs: [makeJob()],
      files,
      config: makeConfig({ cleanup: { deleteConfigMap: false } })
    }),
    want: { rule, does: [`create files ${jobName}-0123456789abcdef of the run`] }
  },
  {
    name: "a DocsRun's files are made again",
    given: givenDocs({ run: makeDocsRun(), jobs: [makeJob({ name: docsJobName })] }),
    want: { rule, does: [`create files ${docsJobName}-0123456789abcdef of j1`] }
  },
  {
    name: "files that can no longer be rendered end the attempt",
    given: givenStarted({ run, jobs: [makeJob()], files: brokenTemplate }),
    want: {
      rule,
      does: ["write Failed/TemplateError at 7"],
      status: {
        message: "code/prompt.md.hbs:3: the value cannot be written",
        jobName,
        finishedAt: now,
        expiresAt: "2026-03-01T11:00:00Z"
      }
    }
  },
  {
    name: "an attempt that has not begun begins anew where its files would be others now",
    given: givenStarted({
      run,
      jobs: [makeJob({ ...ofOther, pod: startingPod({ filesPlaced: false }) })],
      files
    }),
    want: anew
  },
  {
    name: "an attempt without a pod begins anew where its files would be others now",
    given: givenStarted({ run, jobs: [makeJob(ofOther)], files }),
    want: anew
  },
  {
    name: "an attempt that has its files goes on with them, whatever they would be now",
    given: givenStarted({
      run: makeCodeRun({ status: running({ configmapName: ofOther.files.name }) }),
      jobs: [makeJob({ ...ofOther, pod: makePod() })],
      files
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "files of a Job that does not say what is in them are made as they are now",
    given: givenStarted({ run, jobs: [makeJob({ files: { name: "files-of-old" } })], files }),
    want: { rule, does: ["create files files-of-old of j1"] }
  },
  {
    name: "files of a Job of an older version have its name",
    given: givenStarted({ run, jobs: [makeJob({ files: undefined })], files }),
    want: { rule, does: [`create files ${jobName} of j1`] }
  },
  {
    name: "without a valid spec the running attempt does without",
    given: givenStarted({
      run: makeCodeRun({ status: running(), spec: { service: "" } }),
      jobs: [makeJob({ pod: makePod() })],
      files: { present: false, rendered: undefined }
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "files that were not rendered are not made",
    given: givenStarted({ run, jobs: [makeJob({ pod: makePod() })], files: { present: false, rendered: undefined } }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "an agent that was interrupted, by whom is not yet known, needs no files",
    given: givenStarted({ run, jobs: [makeJob({ pod: endedPod(endWith(interrupted())) })], files }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "an agent that has ended needs no files",
    given: givenStarted({ run, jobs: [makeJob({ pod: endedPod(endWith(completed())) })], files }),
    want: { rule: "jobFinished", does: ["write Succeeded/Delivered at 7"] }
  }
]
