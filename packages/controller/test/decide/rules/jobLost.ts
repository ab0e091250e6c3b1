import { given, givenDocs, givenStarted } from "../../fixtures/Given.ts"
import { endedPod, endWith, failed, makeJob, makePod, released } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, interrupted } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { docsRunning, endedAttempt, now, running } from "../../fixtures/Statuses.ts"

const rule = "jobLost"
const run = makeCodeRun({ status: running() })
const lost = ["write Failed/JobLost at 7"]

export const jobLostCases: ReadonlyArray<PlanCase> = [
  {
    name: "a Job that was there and is gone ends the run; it is never made again",
    given: givenStarted({ run }),
    want: {
      rule,
      does: lost,
      status: {
        message: `The Job ${jobName} was deleted while it was running. Raise spec.contextVersion to try again.`,
        finishedAt: now,
        jobName,
        attempts: [
          endedAttempt("Failed", "JobLost", { message: `The Job ${jobName} was deleted while it was running.` })
        ]
      }
    }
  },
  {
    name: "a DocsRun whose Job is gone ends as lost",
    given: givenDocs({ run: makeDocsRun({ status: docsRunning() }) }),
    want: { rule, does: lost, status: { jobName: docsJobName } }
  },
  {
    name: "a Job that a person deletes while its agent works ends the run",
    given: givenStarted({ run, jobs: [makeJob({ deleting: true, pod: makePod() })] }),
    want: { rule, does: lost }
  },
  {
    name: "a Job that a person deletes before its pod was there ends the run",
    given: givenStarted({ run, jobs: [makeJob({ deleting: true })] }),
    want: { rule, does: lost }
  },
  {
    name: "a Job that a person deletes before the status was written ends the run",
    given: givenStarted({ run: makeCodeRun(), jobs: [makeJob({ deleting: true })] }),
    want: {
      rule,
      does: lost,
      status: {
        attempts: [
          endedAttempt("Failed", "JobLost", { message: `The Job ${jobName} was deleted while it was running.` })
        ]
      }
    }
  },
  {
    name: "a deleted Job whose agent had delivered counts as delivered",
    given: givenStarted({ run, jobs: [makeJob({ deleting: true, pod: endedPod(endWith(completed())) })] }),
    want: { rule: "jobFinished", does: ["write Succeeded/Delivered at 7"] }
  },
  {
    name: "a deleted Job whose agent saved its work is lost",
    given: givenStarted({ run, jobs: [makeJob({ deleting: true, pod: endedPod(endWith(interrupted())) })] }),
    want: { rule: "jobFinished", does: lost }
  },
  {
    name: "an attempt that is recorded but whose Job is another's is lost",
    given: givenStarted({ run, orphans: [makeJob({ name: jobName, uid: "foreign", ...released, end: failed() })] }),
    want: { rule, does: lost }
  },
  {
    name: "a Job of an earlier attempt does not stand for one that was never made",
    given: given({ run: makeCodeRun({ spec: { contextVersion: 2 }, status: running() }) }),
    want: {
      rule: "jobAbsent",
      does: [
        "lease workspace-api (pvc1@41) to 3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a01",
        "create Job code-api-v2-3f9c2a1b",
        "create files code-api-v2-3f9c2a1b-0123456789abcdef of the new Job",
        "write Running/Starting at 7"
      ]
    }
  }
]
