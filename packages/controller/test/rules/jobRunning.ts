import { givenDocs, givenStarted, presentFiles, workspace } from "../fixtures/Given.ts"
import { makeJob, makeNextJob, makePod, stuckPod } from "../fixtures/Jobs.ts"
import type { PlanCase } from "../fixtures/PlanCase.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, nextJobName, session } from "../fixtures/Runs.ts"
import { docsRunning, finished, now, readyFact, running, started } from "../fixtures/Statuses.ts"

const rule = "jobRunning"
const run = makeCodeRun({ status: running() })
const image = "The agent's image cannot be pulled. Check agent.image and agent.imagePullSecrets."

/** A pod that cannot start for this reason is told in these words. */
const stuck = (name: string, pod: ReturnType<typeof stuckPod>, reason: string, message: string): PlanCase => ({
  name,
  given: givenStarted({ run, jobs: [makeJob({ pod })] }),
  want: {
    rule,
    does: ["write Running/Starting at 7"],
    status: {
      message,
      lastUpdate: now,
      startedAt: started,
      conditions: [
        { type: "Ready", status: "False", reason: "Starting", message, lastTransitionTime: started },
        { type: "Progressing", status: "False", reason, message, lastTransitionTime: now }
      ]
    }
  }
})

const unscheduled = (since: string) =>
  makePod({ stuck: { reason: "Unschedulable", message: "0/3 nodes are available", since } })

const starting = running({
  reason: "Starting",
  message: image,
  conditions: [
    readyFact("False", "Starting", image, started),
    { type: "Progressing", status: "False", reason: "ImagePullBackOff", message: image, lastTransitionTime: started }
  ]
})

export const jobRunningCases: ReadonlyArray<PlanCase> = [
  {
    name: "an attempt that runs as its status says needs nothing",
    given: givenStarted({ run, jobs: [makeJob({ pod: makePod() })] }),
    want: { rule, does: [] }
  },
  {
    name: "nor before its pod is there",
    given: givenStarted({ run, jobs: [makeJob()] }),
    want: { rule, does: [] }
  },
  {
    name: "nor hours later",
    given: givenStarted({ run, jobs: [makeJob({ pod: makePod() })], now: "2026-03-02T10:00:00Z" }),
    want: { rule, does: [] }
  },
  {
    name: "a DocsRun that runs as its status says needs nothing",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName })],
      files: presentFiles
    }),
    want: { rule, does: [] }
  },
  {
    name: "a status that was lost in a crash is written, with the session that the agent has",
    given: givenStarted({ run: makeCodeRun(), jobs: [makeJob({ pod: makePod() })] }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: {
        jobName,
        configmapName: jobName,
        sessionId: session,
        startedAt: now,
        workspace: "workspace-api",
        attempts: [{ contextVersion: 1, jobName, sessionId: session, startedAt: now }]
      }
    }
  },
  {
    name: "a status that was lost in a crash of the next attempt is written",
    given: givenStarted({
      run: makeCodeRun({
        spec: { contextVersion: 2, promptModification: "Use tabs." },
        status: finished("Failed", "AgentError")
      }),
      jobs: [makeNextJob()]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: { contextVersion: 2, jobName: nextJobName, promptModification: "Use tabs.", finishedAt: undefined }
    }
  },
  {
    name: "an edit in mid-run is acknowledged, and changes nothing of what the attempt works on",
    given: givenStarted({
      run: makeCodeRun({
        spec: { service: "other", promptModification: "Use tabs." },
        status: running(),
        metadata: { generation: 2 }
      }),
      jobs: [makeJob({ pod: makePod() })],
      workspace: { ...workspace({ tag: "free" }), claim: "workspace-other" }
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: { ...running(), observedGeneration: 2 }
    }
  },
  {
    name: "fields of other writers in the status stay",
    given: givenStarted({
      run: makeCodeRun({
        status: running({ pullRequestUrl: "https://git.example.com/acme/api/pull/3", message: "edited" })
      }),
      jobs: [makeJob()]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: { ...running(), pullRequestUrl: "https://git.example.com/acme/api/pull/3" }
    }
  },
  {
    name: "conditions of other writers stay",
    given: givenStarted({
      run: makeCodeRun({
        status: { ...running(), conditions: [{ type: "Reviewed", status: "True" }] }
      }),
      jobs: [makeJob()]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: {
        conditions: [
          { type: "Reviewed", status: "True" },
          readyFact("False", "AgentRunning", `The agent works in the Job ${jobName}.`, now)
        ]
      }
    }
  },
  stuck("an image that cannot be pulled is told", stuckPod("ErrImagePull"), "ImagePullBackOff", image),
  stuck("the kubelet's back-off is the same to people", stuckPod("ImagePullBackOff"), "ImagePullBackOff", image),
  stuck(
    "an image without a valid name is told",
    stuckPod("InvalidImageName"),
    "InvalidImageName",
    "The agent's image has no valid name. Check agent.image."
  ),
  stuck(
    "a pod that fits no node is told, without the scheduler's counts",
    stuckPod("Unschedulable", "0/3 nodes are available: 3 Insufficient memory."),
    "Unschedulable",
    "No node takes the pod. See the pod's events, agent.resources and the node selectors."
  ),
  stuck(
    "a missing Secret is told by its name",
    stuckPod("CreateContainerConfigError", "secret \"deploy-key\" not found"),
    "SecretMissing",
    "secret \"deploy-key\" not found"
  ),
  stuck(
    "what we have no words for is told without the kubelet's, which change from try to try",
    stuckPod("CreateContainerError", "the name 4f1d is in use by 77ab"),
    "CreateContainerError",
    "The pod does not start (CreateContainerError). See the pod's events."
  ),
  {
    name: "a pod that has no node for some seconds only is nothing to tell",
    given: givenStarted({
      run,
      jobs: [makeJob({ pod: unscheduled("2026-03-02T09:00:00Z") })],
      now: "2026-03-02T09:00:09Z"
    }),
    want: { rule, does: [] }
  },
  {
    name: "a pod that has no node for ten seconds is told",
    given: givenStarted({
      run,
      jobs: [makeJob({ pod: unscheduled("2026-03-02T09:00:00Z") })],
      now: "2026-03-02T09:00:10Z"
    }),
    want: { rule, does: ["write Running/Starting at 7"] }
  },
  {
    name: "a broker that does not start is told in its own words",
    given: givenStarted({
      run,
      jobs: [makeJob({ brokered: true, pod: stuckPod("BrokerFailed", "REPOSITORY_URL: no.") })]
    }),
    want: {
      rule,
      does: ["write Running/Starting at 7"],
      status: { message: "The run's broker does not start: REPOSITORY_URL: no." }
    }
  },
  {
    name: "a pod that stays stuck is told once",
    given: givenStarted({
      run: makeCodeRun({ status: starting }),
      jobs: [makeJob({ pod: stuckPod("ImagePullBackOff", "Back-off pulling image, 5m left") })]
    }),
    want: { rule, does: [] }
  },
  {
    name: "a pod that alternates between two reasons of one cause is told once",
    given: givenStarted({ run: makeCodeRun({ status: starting }), jobs: [makeJob({ pod: stuckPod("ErrImagePull") })] }),
    want: { rule, does: [] }
  },
  {
    name: "a pod that starts after all says so",
    given: givenStarted({ run: makeCodeRun({ status: starting }), jobs: [makeJob({ pod: makePod() })] }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: {
        lastUpdate: now,
        conditions: [
          readyFact("False", "AgentRunning", `The agent works in the Job ${jobName}.`, started),
          {
            type: "Progressing",
            status: "True",
            reason: "Started",
            message: "The pod is starting or running.",
            lastTransitionTime: now
          }
        ]
      }
    }
  },
  {
    name: "a DocsRun's stuck pod is told",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName, pod: stuckPod("ErrImagePull") })],
      files: presentFiles
    }),
    want: { rule, does: ["write Running/Starting at 7"], status: { workspace: undefined, message: image } }
  }
]
