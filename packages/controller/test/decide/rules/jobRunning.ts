import { givenDocs, givenStarted, presentFiles, workspace } from "../../fixtures/Given.ts"
import {
  endedPod,
  endWith,
  failed,
  makeJob,
  makeNextJob,
  makePod,
  released,
  startingPod,
  stuckPod
} from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { interrupted } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, namespace, nextJobName, session } from "../../fixtures/Runs.ts"
import {
  agentRunsFact,
  docsRunning,
  finished,
  now,
  readyFact,
  running,
  started,
  unfinishedFact
} from "../../fixtures/Statuses.ts"

const rule = "jobRunning"
const run = makeCodeRun({ status: running() })
const pull =
  "Check agent.image and agent.imagePullSecrets; for a private registry: kubectl create secret docker-registry " +
  `NAME -n ${namespace} --docker-server=HOST --docker-username=USER --docker-password=TOKEN.`
const describePod = `kubectl describe pod ${jobName}-x7k2p -n ${namespace}.`
const fit = `Check agent.resources, agent.nodeSelector and agent.tolerations; see ${describePod}`
const image = `Cannot pull the image of the container claude: manifest unknown. ${pull}`

/** A pod that cannot start for this reason is told in these words. */
const stuck = (name: string, pod: ReturnType<typeof stuckPod>, reason: string, message: string): PlanCase => ({
  name,
  given: givenStarted({ run, jobs: [makeJob({ pod })] }),
  want: {
    rule,
    does: ["write Running/Blocked at 7"],
    status: {
      message,
      lastUpdate: now,
      startedAt: started,
      conditions: [
        { type: "Ready", status: "False", reason: "Blocked", message, lastTransitionTime: started },
        unfinishedFact(started),
        { type: "Progressing", status: "False", reason, message, lastTransitionTime: now }
      ]
    }
  }
})

const unscheduled = (since: string) =>
  startingPod({
    createdAt: since,
    onNode: false,
    stuck: { reason: "Unschedulable", message: "0/3 nodes are available", since }
  })

const starting = running({
  reason: "Blocked",
  message: image,
  conditions: [
    readyFact("False", "Blocked", image, started),
    unfinishedFact(started),
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
    name: "a run without a status says nothing in its first moments",
    given: givenStarted({ jobs: [makeJob({ createdAt: now })] }),
    want: { rule, does: [] }
  },
  {
    name: "a run without a status says nothing while its pod starts as usual",
    given: givenStarted({ jobs: [makeJob({ createdAt: now, pod: startingPod({ createdAt: now }) })] }),
    want: { rule, does: [] }
  },
  {
    name: "a start that takes longer than usual is reported",
    given: givenStarted({ jobs: [makeJob({ pod: startingPod() })] }),
    want: {
      rule,
      does: ["write Running/Starting at 7"],
      status: {
        message: `The pod ${jobName}-x7k2p is scheduled; its node is pulling images and starting containers.`,
        startedAt: started,
        workspace: "workspace-api",
        attempts: [{ contextVersion: 1, jobName, sessionId: session, startedAt: started }]
      }
    }
  },
  {
    name: "an attempt whose Job has no pod does not say that an agent works",
    given: givenStarted({ run, jobs: [makeJob()] }),
    want: {
      rule,
      does: ["write Running/Starting at 7"],
      status: { message: `The Job ${jobName} has no pod yet.` }
    }
  },
  {
    name: "an attempt whose Job has no pod for hours does not say that an agent works",
    given: givenStarted({ run, jobs: [makeJob({ pod: makePod() })], now: "2026-03-02T10:00:00Z" }),
    want: { rule, does: [] }
  },
  {
    name: "a DocsRun that runs as its status says needs nothing",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName, pod: makePod() })],
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
        configmapName: `${jobName}-0123456789abcdef`,
        sessionId: session,
        startedAt: started,
        workspace: "workspace-api",
        attempts: [{ contextVersion: 1, jobName, sessionId: session, startedAt: started }]
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
      jobs: [makeNextJob({ pod: makePod() })]
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
    name: "a run that waited is no longer Queued once its agent runs",
    given: givenStarted({
      run: makeCodeRun({
        status: {
          phase: "Pending",
          reason: "WaitingForWorkspace",
          contextVersion: 1,
          lastUpdate: started,
          conditions: [
            readyFact("False", "WaitingForWorkspace", "Waiting.", started),
            { ...readyFact("True", "WaitingForWorkspace", "Waiting.", started), type: "Queued" }
          ]
        }
      }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: {
        lastUpdate: now,
        conditions: [
          agentRunsFact(),
          { ...readyFact("False", "Started", "The run has started.", now), type: "Queued" }
        ]
      }
    }
  },
  {
    name: "fields of other writers in the status stay",
    given: givenStarted({
      run: makeCodeRun({
        status: running({ pullRequestUrl: "https://github.com/acme/api/pull/3", message: "edited" })
      }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: { ...running(), pullRequestUrl: "https://github.com/acme/api/pull/3" }
    }
  },
  {
    name: "conditions of other writers stay",
    given: givenStarted({
      run: makeCodeRun({
        status: { ...running(), conditions: [{ type: "Reviewed", status: "True" }] }
      }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: {
        conditions: [
          { type: "Reviewed", status: "True" },
          readyFact(
            "False",
            "AgentRunning",
            `The agent's container is running in the Job ${jobName}: setup first, then the agent.`,
            now
          ),
          unfinishedFact(now)
        ]
      }
    }
  },
  stuck(
    "an image that cannot be pulled is reported",
    stuckPod("ErrImagePull", "manifest unknown"),
    "ImagePullBackOff",
    image
  ),
  stuck(
    "the kubelet's back-off is the same to people",
    stuckPod("ImagePullBackOff", "Back-off pulling image \"a:1\": ErrImagePull: manifest unknown"),
    "ImagePullBackOff",
    image
  ),
  stuck(
    "an image without a valid name is reported",
    stuckPod("InvalidImageName", "couldn't parse image name \"a b\""),
    "InvalidImageName",
    `Cannot pull the image of the container claude: couldn't parse image name "a b". ${pull}`
  ),
  stuck(
    "a pod that fits no node is reported in the scheduler's words",
    startingPod({ stuck: { reason: "Unschedulable", message: "0/3 nodes are available: 3 Insufficient memory." } }),
    "Unschedulable",
    `No node can run the pod: 0/3 nodes are available: 3 Insufficient memory. ${fit}`
  ),
  stuck(
    "a missing Secret is reported by its name",
    stuckPod("CreateContainerConfigError", "secret \"deploy-key\" not found"),
    "SecretMissing",
    "Cannot create the container claude: secret \"deploy-key\" not found. kubectl create secret generic deploy-key " +
      `-n ${namespace} --from-literal=KEY=VALUE.`
  ),
  stuck(
    "an unknown problem of a container is reported in the kubelet's words",
    stuckPod("CreateContainerError", "the name 4f1d is in use by 77ab"),
    "ContainerNotMade",
    `Cannot create the container claude: the name 4f1d is in use by 77ab. See ${describePod}`
  ),
  {
    name: "a pod that has no node for some seconds only starts, and that is all",
    given: givenStarted({
      run,
      jobs: [makeJob({ pod: unscheduled("2026-03-02T09:00:00Z") })],
      now: "2026-03-02T09:00:09Z"
    }),
    want: {
      rule,
      does: ["write Running/Starting at 7"],
      status: { message: `The Job ${jobName} is starting.` }
    }
  },
  {
    name: "a pod that has no node for ten seconds is reported",
    given: givenStarted({
      run,
      jobs: [makeJob({ pod: unscheduled("2026-03-02T09:00:00Z") })],
      now: "2026-03-02T09:00:10Z"
    }),
    want: {
      rule,
      does: ["write Running/Blocked at 7"],
      status: { message: `No node can run the pod: 0/3 nodes are available. ${fit}` }
    }
  },
  {
    name: "a broker that does not start is reported in its own words",
    given: givenStarted({
      run,
      jobs: [makeJob({ brokered: true, pod: stuckPod("BrokerFailed", "REPOSITORY_URL: no.") })]
    }),
    want: {
      rule,
      does: ["write Running/Blocked at 7"],
      status: { message: `The run's broker failed to start: REPOSITORY_URL: no. See ${describePod}` }
    }
  },
  {
    name: "a pod that stays stuck is reported once",
    given: givenStarted({
      run: makeCodeRun({ status: starting }),
      jobs: [makeJob({ pod: stuckPod("ImagePullBackOff", "Back-off pulling image \"a:1\"") })]
    }),
    want: { rule, does: [] }
  },
  {
    name: "a pod that alternates between two reasons of one cause is reported once",
    given: givenStarted({
      run: makeCodeRun({ status: starting }),
      jobs: [makeJob({ pod: stuckPod("ErrImagePull", "manifest unknown") })]
    }),
    want: { rule, does: [] }
  },
  {
    name: "a stuck pod that starts after all is reported",
    given: givenStarted({ run: makeCodeRun({ status: starting }), jobs: [makeJob({ pod: makePod() })] }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: {
        lastUpdate: now,
        conditions: [
          agentRunsFact(),
          unfinishedFact(started),
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
    name: "a DocsRun's stuck pod is reported",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName, pod: stuckPod("ErrImagePull", "manifest unknown") })],
      files: presentFiles
    }),
    want: { rule, does: ["write Running/Blocked at 7"], status: { workspace: undefined, message: image } }
  },
  {
    name: "an attempt whose status was written for its name alone says where it works",
    given: givenStarted({
      run: makeCodeRun({ status: { phase: "Pending", reason: "Accepted", contextVersion: 1, jobName } }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: { workspace: "workspace-api", promptMode: "direct", promptVersion: undefined, promptDigest: undefined }
    }
  },
  {
    name: "an attempt says what its own Job mounts, and not what that of an older one does",
    given: givenStarted({
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Failed", "AgentError") }),
      jobs: [
        makeJob({ ...released, end: failed(), claim: "workspace-old", files: { name: "files-old" } }),
        makeNextJob({ pod: makePod(), claim: "workspace-new", files: { name: "files-new" } })
      ]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: { workspace: "workspace-new", configmapName: "files-new", jobName: nextJobName }
    }
  },
  {
    name: "the files of an attempt of an older version have the name of its Job",
    given: givenStarted({ run, jobs: [makeJob({ pod: makePod(), files: undefined })] }),
    want: { rule, does: ["write Running/AgentRunning at 7"], status: { configmapName: jobName } }
  },
  {
    name: "an attempt that was told to stop says so, also when its pod has ended by then",
    given: givenStarted({
      run,
      jobs: [makeJob({ stopping: "Finished", pod: endedPod(endWith(interrupted())) })]
    }),
    want: {
      rule,
      does: ["write Running/AgentRunning at 7"],
      status: { message: "The agent has ended; stopping the containers that others added to its pod." }
    }
  }
]
