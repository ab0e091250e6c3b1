import { Feedback } from "../../../src/facts/Feedback.ts"
import { given, givenStarted, noWorkspace } from "../../fixtures/Given.ts"
import { makeJob } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { jobName, makeCodeRun } from "../../fixtures/Runs.ts"
import { now, readyFact, running, started } from "../../fixtures/Statuses.ts"

const rule = "nameTaken"
const renamed = `A Job named ${jobName} already exists. Retrying with another name.`
const taken = "A ConfigMap with the name of the attempt's files already exists."
const later = `${taken} The run resumes at 2026-03-01T10:00:10Z.`
const usedUp = { run: makeCodeRun({ status: running({ retryCount: 3 }) }), jobs: [makeJob()] }

export const nameTakenCases: ReadonlyArray<PlanCase> = [
  {
    name: "a Job under another name is made in the next round, where somebody's Job has the first one",
    given: given({ feedback: Feedback.JobNameTaken() }),
    want: {
      rule,
      does: ["write Pending/Accepted at 7"],
      status: {
        jobName: `${jobName}-01234567`,
        message: renamed,
        conditions: [readyFact("False", "Accepted", renamed, now)]
      }
    }
  },
  {
    name: "a run ends where its workspace's claim serves something else",
    given: given({ workspace: noWorkspace, feedback: Feedback.WorkspaceNameTaken({ claim: "workspace-api" }) }),
    want: {
      rule,
      does: ["write Failed/NameCollision at 7"],
      status: {
        message:
          "A PersistentVolumeClaim named workspace-api exists and is not a workspace of this service. Delete it, or use another spec.service."
      }
    }
  },
  {
    name: "another try begins where somebody's ConfigMap has the name of the files",
    given: given({ feedback: Feedback.FilesNameTaken() }),
    want: { rule, does: ["write Pending/InfraLost at 7"], status: { retryCount: 1, jobName, message: later } }
  },
  {
    name: "another try begins where the first files of a Job that is there were taken, which has begun with its Job",
    given: givenStarted({ jobs: [makeJob()], feedback: Feedback.FilesNameTaken() }),
    want: { rule, does: ["write Pending/InfraLost at 7"], status: { startedAt: started } }
  },
  {
    name: "another try begins where the files were made again and their name was taken by then",
    given: givenStarted({ jobs: [makeJob()], feedback: Feedback.FilesNameTaken() }),
    want: { rule, does: ["write Pending/InfraLost at 7"], status: { retryCount: 1, jobName } }
  },
  {
    name: "a run ends whose files' names are taken again and again",
    given: givenStarted({ ...usedUp, feedback: Feedback.FilesNameTaken() }),
    want: {
      rule,
      does: ["write Failed/NameCollision at 7"],
      status: { message: `${taken} This keeps happening: check what creates ConfigMaps in this namespace.` }
    }
  }
]
