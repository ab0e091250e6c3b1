import { Feedback } from "../../../src/facts/Feedback.ts"
import { given, givenStarted } from "../../fixtures/Given.ts"
import { failed, makeJob, makePod, startingPod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { jobName, makeCodeRun, namespace, session } from "../../fixtures/Runs.ts"
import { endedAttempt, now, readyFact, running, started, unfinishedFact } from "../../fixtures/Statuses.ts"

const rule = "refused"
const words = "jobs.batch \"code-api-v1-3f9c2a1b\" is forbidden: exceeded quota: few, requested: count/jobs.batch=1"
const message = "The cluster rejected the run's Job: exceeded quota: few, requested: count/jobs.batch=1. Raise the " +
  "namespace's ResourceQuota, or wait for other runs to end."
const fact = (status: "True" | "False", type: string, reason = "WaitingForCapacity") => ({
  ...readyFact(status, reason, message, now),
  type
})

const forbidden = given({ feedback: Feedback.Refused({ what: "Job", words, lasting: false }) })

const refused = {
  phase: "Pending",
  reason: "WaitingForCapacity",
  message,
  lastUpdate: now,
  contextVersion: 1,
  observedGeneration: 1,
  conditions: [
    fact("False", "Ready"),
    fact("True", "Queued"),
    fact("False", "Progressing", "QuotaExceeded"),
    {
      type: "Finished",
      status: "False",
      reason: "InProgress",
      message: "The run has not ended.",
      lastTransitionTime: now
    }
  ]
}

const check = "Check the orchestrator's permissions and the namespace's policies."
const filesOver =
  "The cluster rejected the run's ConfigMap: exceeded quota: few. Raise the namespace's ResourceQuota, " +
  "or wait for other runs to end."
const blocked = `${filesOver} See kubectl describe resourcequota -n ${namespace}.`
const tooLarge = `The cluster rejected the run's ConfigMap: too large. ${check}`
const denied =
  `The cluster rejected the run's ConfigMap: denied. ${check} See kubectl describe namespace -n ${namespace}.`
const notStopped = `The cluster rejected the run's request to stop: denied. ${check}`
const raise = `kubectl patch coderun api -n ${namespace} --type merge -p '{"spec":{"contextVersion":2}}'`

const ofFiles = (words: string, lasting: boolean) => Feedback.Refused({ what: "ConfigMap", words, lasting })

/** The first attempt's Job is there; a quota refuses its files. */
const withJob = (changes: Parameters<typeof makeJob>[0], feedback: Feedback = ofFiles("exceeded quota: few", false)) =>
  givenStarted({ run: makeCodeRun({ status: running() }), jobs: [makeJob(changes)], feedback })

export const refusedStartCases: ReadonlyArray<PlanCase> = [
  {
    name: "a quota's words are in the message and in every condition",
    given: forbidden,
    want: { rule, does: ["write Pending/WaitingForCapacity at 7"], status: refused }
  },
  {
    name: "what a quota said already is not written again",
    given: given({
      run: makeCodeRun({ status: refused }),
      feedback: Feedback.Refused({ what: "Job", words, lasting: false })
    }),
    want: { rule, does: [] }
  },
  {
    name: "a Job that the API server would never take ends the run, with its words",
    given: given({
      feedback: Feedback.Refused({
        what: "Job",
        words: "Job.batch \"x\" is invalid: spec.template: no such field",
        lasting: true
      })
    }),
    want: {
      rule,
      does: ["write Failed/InvalidSpec at 7"],
      status: {
        message: "The cluster rejected the run's Job: spec.template: no such field. Check the orchestrator's " +
          "permissions and the namespace's policies."
      }
    }
  },
  {
    name: "files that a quota refuses block an attempt whose Job is there by then",
    given: given({ feedback: ofFiles("exceeded quota: few", false) }),
    want: {
      rule,
      does: ["write Running/Blocked at 7"],
      status: {
        message: blocked,
        attempts: [{ contextVersion: 1, jobName, sessionId: session, startedAt: now }]
      }
    }
  },
  {
    name: "files that can never be made end the attempt whose Job is there by then",
    given: given({ feedback: ofFiles("too large", true) }),
    want: {
      rule,
      does: ["write Failed/InvalidSpec at 7"],
      status: { jobName, attempts: [{ ...endedAttempt("Failed", "InvalidSpec"), startedAt: now, message: tooLarge }] }
    }
  },
  {
    name: "a workspace that can never be made ends the run before there was an attempt",
    given: given({ feedback: Feedback.Refused({ what: "PersistentVolumeClaim", words: "no", lasting: true }) }),
    want: {
      rule,
      does: ["write Failed/InvalidSpec at 7"],
      status: { jobName: undefined, attempts: undefined, expiresAt: undefined }
    }
  },
  {
    name: "files of a Job that is there are waited for while a quota refuses them",
    given: withJob({ createdAt: "2026-03-01T09:51:00Z" }),
    want: {
      rule,
      does: ["write Running/Blocked at 7"],
      status: {
        message: blocked,
        conditions: [
          readyFact("False", "Blocked", blocked, started),
          unfinishedFact(started),
          { ...readyFact("False", "QuotaExceeded", blocked, now), type: "Progressing" }
        ]
      }
    }
  },
  {
    name: "files of a Job that is there and that a policy refuses are waited for as well",
    given: withJob({ createdAt: "2026-03-01T09:51:00Z" }, ofFiles("denied", false)),
    want: {
      rule,
      does: ["write Running/Blocked at 7"],
      status: { message: denied }
    }
  },
  {
    name: "files that a policy refuses for too long end the attempt",
    given: withJob({ createdAt: "2026-03-01T09:50:00Z" }, ofFiles("denied", false)),
    want: {
      rule,
      does: ["write Failed/SetupFailed at 7"],
      status: { message: `${denied} Then retry: ${raise}.`, jobName }
    }
  },
  {
    name: "files that a quota refuses end the attempt later, since that may pass",
    given: withJob({ createdAt: "2026-03-01T09:30:01Z" }),
    want: { rule, does: ["write Running/Blocked at 7"] }
  },
  {
    name: "files that a quota refuses for too long end the attempt",
    given: withJob({ createdAt: "2026-03-01T09:30:00Z" }),
    want: { rule, does: ["write Failed/QuotaExceeded at 7"], status: { jobName } }
  },
  {
    name: "files that can never be made end the attempt that waits for them",
    given: withJob({ pod: startingPod() }, ofFiles("too large", true)),
    want: {
      rule,
      does: ["write Failed/InvalidSpec at 7"],
      status: { attempts: [endedAttempt("Failed", "InvalidSpec", { message: tooLarge })] }
    }
  },
  {
    name: "files that can never be made again do not end an agent that works",
    given: withJob({ pod: makePod() }, ofFiles("too large", true)),
    want: { rule, does: [] }
  },
  {
    name: "files that can never be made again say nothing of a Job that is over",
    given: withJob({ end: failed(), podBehind: true }, ofFiles("too large", true)),
    want: { rule, does: [] }
  },
  {
    name: "an agent that cannot be told to stop works on, and the status says why",
    given: withJob(
      { pod: makePod() },
      Feedback.Refused({ what: "request to stop", words: "denied", lasting: true })
    ),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: {
        message: notStopped,
        conditions: [
          readyFact("False", "AgentRunning", notStopped, started),
          unfinishedFact(started),
          { ...readyFact("False", "Refused", notStopped, now), type: "Progressing" }
        ]
      }
    }
  }
]
