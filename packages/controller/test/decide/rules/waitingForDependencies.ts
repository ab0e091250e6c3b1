import { given, givenStarted, workspace } from "../../fixtures/Given.ts"
import { makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { againJobName, jobName, makeCodeRun } from "../../fixtures/Runs.ts"
import { now, pausedFor, running, waitingStatus } from "../../fixtures/Statuses.ts"

const rule = "waitingForDependencies"
const unfinished = { tag: "unfinished", names: ["schema"] } as const
const dependsOn = ["base", "schema"]
const ten = Array.from({ length: 10 }, (_, index) => `n${index}`)
const waits = "Waiting for base, schema to succeed."
const said = waitingStatus("WaitingForDependencies", waits)

export const waitingForDependenciesCases: ReadonlyArray<PlanCase> = [
  {
    name:
      "runs that have not ended are waited for, and named with those that have: the status stays while one after the other does",
    given: given({ obstacle: unfinished, run: makeCodeRun({ spec: { dependsOn } }) }),
    want: { rule, does: ["write Pending/WaitingForDependencies at 7"], status: { ...said, finishedAt: undefined } }
  },
  {
    name: "this is said once",
    given: given({
      obstacle: { ...unfinished, names: dependsOn },
      run: makeCodeRun({ spec: { dependsOn }, status: said })
    }),
    want: { rule, does: [] }
  },
  {
    name: "they come before the workspace",
    given: given({ obstacle: unfinished, workspace: workspace({ tag: "waiting", behind: "older" }) }),
    want: { rule, does: ["write Pending/WaitingForDependencies at 7"] }
  },
  {
    name: "a dependency that does not exist is named and waited for",
    given: given({
      obstacle: { tag: "missing", names: ["bass"] },
      run: makeCodeRun({ spec: { dependsOn: ["bass"] } })
    }),
    want: {
      rule,
      does: ["write Pending/WaitingForDependencies at 7"],
      status: { message: "Waiting for bass, named in spec.dependsOn but not found in this namespace." }
    }
  },
  {
    name: "of several dependencies it is told that some do not exist, and not again with each that is created",
    given: given({ obstacle: { tag: "missing", names: ["schema"] }, run: makeCodeRun({ spec: { dependsOn } }) }),
    want: {
      rule,
      does: ["write Pending/WaitingForDependencies at 7"],
      status: { message: "Waiting for base, schema to succeed; not all of them exist in this namespace." }
    }
  },
  {
    name: "of many dependencies only some are named",
    given: given({
      obstacle: unfinished,
      run: makeCodeRun({ spec: { dependsOn: Array.from({ length: 13 }, (_, index) => `n${index}`) } })
    }),
    want: {
      rule,
      does: ["write Pending/WaitingForDependencies at 7"],
      status: { message: "Waiting for n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, 3 more to succeed." }
    }
  },
  {
    name: "a dependency that has failed fails the run",
    given: given({ obstacle: { tag: "failed", name: "base", phase: "Failed" } }),
    want: {
      rule,
      does: ["write Failed/DependencyFailed at 7"],
      status: {
        message: "The run depends on base, which has failed. Once it has succeeded, raise spec.contextVersion.",
        finishedAt: now,
        expiresAt: undefined,
        attempts: undefined
      }
    }
  },
  {
    name: "a dependency that was cancelled fails the run",
    given: given({ obstacle: { tag: "failed", name: "base", phase: "Cancelled" } }),
    want: { rule, does: ["write Failed/DependencyFailed at 7"] }
  },
  {
    name: "a run that depends on itself can never start, and says by which way",
    given: given({ obstacle: { tag: "cycle", path: ["api", "base", "api"] } }),
    want: {
      rule,
      does: ["write Failed/DependencyFailed at 7"],
      status: { message: "The run depends on itself: api -> base -> api. Change spec.dependsOn of one of them." }
    }
  },
  {
    name: "a run that works is not stopped by what becomes of the others",
    given: givenStarted({
      obstacle: { tag: "failed", name: "base", phase: "Failed" },
      run: makeCodeRun({ status: running() }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "a run that is retried automatically is not stopped by what becomes of its dependencies",
    given: given({
      obstacle: unfinished,
      run: makeCodeRun({ status: pausedFor("InfraLost", "2026-03-01T09:45:00Z") }),
      workspace: workspace({ tag: "mine" })
    }),
    want: {
      rule: "jobAbsent",
      does: [
        `create Job ${againJobName}`,
        `create files ${againJobName}-0123456789abcdef of the new Job`
      ]
    }
  },
  {
    name: "a cancelled run waits for nothing",
    given: given({ obstacle: unfinished, run: makeCodeRun({ spec: { cancel: true } }) }),
    want: { rule: "cancelled", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "a run whose Job is gone is lost, whatever its dependencies do",
    given: givenStarted({ obstacle: unfinished, run: makeCodeRun({ status: running() }) }),
    want: { rule: "jobLost", does: ["write Failed/JobLost at 7"], status: { jobName } }
  },
  {
    name: "ten dependencies are named, all of them",
    given: given({ obstacle: unfinished, run: makeCodeRun({ spec: { dependsOn: ten } }) }),
    want: {
      rule,
      does: ["write Pending/WaitingForDependencies at 7"],
      status: { message: `Waiting for ${ten.join(", ")} to succeed.` }
    }
  }
]
