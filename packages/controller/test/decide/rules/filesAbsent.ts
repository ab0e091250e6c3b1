import { brokenTemplate, givenDocs, givenStarted, makeConfig, renderedFiles } from "../../fixtures/Given.ts"
import { endedPod, endWith, makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, interrupted } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { now, running } from "../../fixtures/Statuses.ts"

const rule = "filesAbsent"
const run = makeCodeRun({ status: running() })
const files = renderedFiles

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
      status: { finishedAt: now, expiresAt: "2026-03-01T11:00:00Z" }
    }
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
