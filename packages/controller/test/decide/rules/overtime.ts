import { givenStarted } from "../../fixtures/Given.ts"
import { endedPod, endWith, gonePod, makeJob, makePod, startingPod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { interrupted } from "../../fixtures/Results.ts"
import { jobName, makeCodeRun } from "../../fixtures/Runs.ts"
import { running } from "../../fixtures/Statuses.ts"

const run = makeCodeRun({ status: running() })
const proxied = makePod({ leftovers: ["istio-proxy"] })

const startedWith = (name: string, changes: Parameters<typeof makeJob>[0], want: PlanCase["want"]): PlanCase => ({
  name,
  given: givenStarted({ run, jobs: [makeJob(changes)] }),
  want
})
const stopped = [`stop ${jobName} (j1)`]

/** What ends an attempt that goes on for too long: its agent's time, what others have put beside it, a start that does not begin. */
export const overtimeCases: ReadonlyArray<PlanCase> = [
  startedWith("an agent whose time is over is told to stop", { timeoutSeconds: 3600, pod: makePod() }, {
    rule: "overtime",
    does: stopped
  }),
  startedWith("an agent whose time is not over works on", { timeoutSeconds: 3601, pod: makePod() }, {
    rule: "jobRunning",
    does: []
  }),
  startedWith(
    "an agent that was told to stop is not told again",
    { timeoutSeconds: 3600, pod: makePod(), stopping: "DeadlineExceeded" },
    { rule: "jobRunning", does: ["write Running/AgentRunning at 7"] }
  ),
  startedWith(
    "an agent that has ended is not told to stop, although its time is over",
    { timeoutSeconds: 3600, pod: endedPod(endWith(interrupted())) },
    { rule: "jobRunning", does: [] }
  ),
  startedWith("what others have put beside an agent that has ended is stopped", { pod: proxied }, {
    rule: "leftovers",
    does: stopped
  }),
  startedWith("what others have put beside an agent is stopped once", { pod: proxied, stopping: "Finished" }, {
    rule: "jobRunning",
    does: ["write Running/AgentRunning at 7"]
  }),
  startedWith(
    "what others have put beside an agent is not stopped once the pod is over",
    { pod: { ...gonePod, leftovers: ["istio-proxy"] } },
    { rule: "jobRunning", does: [] }
  ),
  startedWith(
    "a pod that failed before its agent began is judged by the Job controller, however long ago it was made",
    { pod: startingPod({ createdAt: "2026-03-01T08:00:00Z", over: true }) },
    { rule: "jobRunning", does: [] }
  )
]
