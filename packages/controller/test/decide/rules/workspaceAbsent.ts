import { givenDocs, givenStarted, noWorkspace, presentFiles, workspace } from "../../fixtures/Given.ts"
import { complete, makeJob, makePod, startingPod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { docsJobName, makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { docsRunning, running } from "../../fixtures/Statuses.ts"

const rule = "workspaceAbsent"
const run = makeCodeRun({ status: running() })
const claim = "workspace-api"
const noNode = { reason: "Unschedulable", message: "persistentvolumeclaim \"workspace-api\" not found" }
const unscheduled = startingPod({ onNode: false, stuck: noNode })

/** The claim is not made: the case is another rule's. */
const left = (name: string, changes: Parameters<typeof makeJob>[0], want: PlanCase["want"]): PlanCase => ({
  name,
  given: givenStarted({ run, jobs: [makeJob({ claim, pod: unscheduled, ...changes })], workspace: noWorkspace }),
  want
})

export const workspaceAbsentCases: ReadonlyArray<PlanCase> = [
  {
    name: "a claim that is deleted while a pod waits for it is made again",
    given: givenStarted({ run, jobs: [makeJob({ claim, pod: unscheduled })], workspace: noWorkspace }),
    want: { rule, does: ["create workspace workspace-api"] }
  },
  {
    name: "a claim that is there is not made again, whatever keeps the pod from a node",
    given: givenStarted({ run, jobs: [makeJob({ claim, pod: unscheduled })], workspace: workspace({ tag: "mine" }) }),
    want: { rule: "jobRunning", does: ["write Running/Blocked at 7"] }
  },
  left("a claim that the store does not have is there for a pod that starts", { pod: startingPod() }, {
    rule: "jobRunning",
    does: ["write Running/Starting at 7"]
  }),
  left("a claim that the store does not have is there for a pod that works", { pod: makePod() }, {
    rule: "jobRunning",
    does: []
  }),
  left("a claim is not made for a Job without a pod", { pod: undefined }, {
    rule: "jobRunning",
    does: ["write Running/Starting at 7"]
  }),
  left("a claim is not made for a Job that mounts none", { claim: undefined }, {
    rule: "jobRunning",
    does: ["write Running/Blocked at 7"]
  }),
  left("a claim is not made for a Job that is being deleted", { deleting: true }, {
    rule: "jobLost",
    does: ["write Failed/JobLost at 7"]
  }),
  left("a claim is not made for a Job that is over", { end: complete }, { rule: "jobFailed", does: [] }),
  {
    name: "a claim is not made for a spec that cannot be read any more",
    given: givenStarted({
      run: makeCodeRun({ status: running(), spec: { service: "" } }),
      jobs: [makeJob({ claim, pod: unscheduled })],
      workspace: noWorkspace
    }),
    want: { rule: "jobRunning", does: ["write Running/Blocked at 7"] }
  },
  {
    name: "a run that leases none gets no claim",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName, claim, pod: unscheduled })],
      files: presentFiles
    }),
    want: { rule: "jobRunning", does: ["write Running/Blocked at 7"] }
  }
]
