import { given, givenDocs, givenStarted } from "../../fixtures/Given.ts"
import { endedPod, endWith, failed, gonePod, makeJob, makePod, released } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, interrupted } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, namespace, nextJobName } from "../../fixtures/Runs.ts"
import { docsRunning, endedAttempt, now, running } from "../../fixtures/Statuses.ts"

const rule = "jobLost"
const run = makeCodeRun({ status: running() })
const lost = ["write Failed/JobLost at 7"]
const gone = `The Job ${jobName} was deleted while it was running. Raise spec.contextVersion to try again.`

const before = "3f9c2a1b-1111-4222-8333-444455556666"
const elsewhere = `The run was restored from a backup while the Job ${jobName} was at work.`

/** After `started`, unless it says otherwise. */
const restored = (status: object = {}, creationTimestamp = "2026-03-01T09:59:00Z") =>
  makeCodeRun({ metadata: { creationTimestamp }, status: { ...running(), originalUid: before, ...status } })

export const jobLostCases: ReadonlyArray<PlanCase> = [
  {
    name: "a Job that was there and is gone ends the run; it is never made again",
    given: givenStarted({ run }),
    want: {
      rule,
      does: lost,
      status: {
        message: gone,
        finishedAt: now,
        jobName,
        attempts: [
          endedAttempt("Failed", "JobLost", { message: `The Job ${jobName} was deleted while it was running.` })
        ]
      }
    }
  },
  {
    name: "the Job of a second attempt that was there and is gone ends the run as well",
    given: givenStarted({
      run: makeCodeRun({
        spec: { contextVersion: 2 },
        status: running({
          contextVersion: 2,
          jobName: nextJobName,
          configmapName: "files-of-second",
          attempts: [{ contextVersion: 1, jobName, outcome: "Failed" }, { contextVersion: 2, jobName: nextJobName }]
        })
      })
    }),
    want: { rule, does: lost, status: { jobName: nextJobName, configmapName: "files-of-second" } }
  },
  {
    name: "an attempt that was at work in the cluster that its run was restored from is taken up again",
    given: given({ run: restored() }),
    want: {
      rule,
      does: ["write Pending/InfraLost at 7"],
      status: {
        originalUid: before,
        retryCount: 1,
        resumesAt: "2026-03-01T10:00:10Z",
        attempts: [endedAttempt("Failed", "InfraLost", { finishedAt: now, message: elsewhere })]
      }
    }
  },
  {
    name: "where it has been taken up again often enough, it ends",
    given: given({ run: restored({ retryCount: 9 }) }),
    want: {
      rule,
      does: ["write Failed/InfraLost at 7"],
      status: { message: `${elsewhere} Raise spec.contextVersion to continue.` }
    }
  },
  {
    name: "an attempt that was started since then, and whose Job is gone, is lost like any other",
    given: givenStarted({ run: restored({}, "2026-03-01T08:59:30Z") }),
    want: { rule, does: lost }
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
    name: "a Job that a person deletes without its pod leaves it behind, which is said with what to do",
    given: givenStarted({ run, jobs: [makeJob({ deleting: true, orphaning: true, pod: makePod() })] }),
    want: {
      rule,
      does: lost,
      status: {
        message: `The Job ${jobName} was deleted while it was running. Its pod ${jobName}-x7k2p was left behind and ` +
          `keeps the workspace until it ends: kubectl delete pod ${jobName}-x7k2p -n ${namespace}. ` +
          "Raise spec.contextVersion to try again."
      }
    }
  },
  ...[
    { name: "with its pod", changes: { pod: makePod() } },
    { name: "without its pod, which was over", changes: { orphaning: true, pod: gonePod } },
    { name: "without a pod, of which there was none", changes: { orphaning: true } }
  ].map(({ changes, name }): PlanCase => ({
    name: `a Job that a person deletes ${name} leaves nothing behind`,
    given: givenStarted({ run, jobs: [makeJob({ deleting: true, ...changes })] }),
    want: { rule, does: lost, status: { message: gone } }
  })),
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
