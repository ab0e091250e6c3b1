/** Runs that are active, with everything that belongs to one: what the controller made for each, and a pod that runs. */
import { CodeRunKind, JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Job, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Schedule } from "effect"
import { nodeName } from "./Node.ts"
import { codeRun } from "./Recorded.ts"
import { serviceOf, type Site } from "./Site.ts"

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** As the Job controller makes it and the scheduler binds it. */
const podOf = ({ metadata: { labels, name = "", namespace = "", uid = "" }, spec }: Job): Pod => ({
  metadata: {
    name: `${name}-x7k2p`,
    namespace,
    labels: { ...labels, "batch.kubernetes.io/job-name": name, "batch.kubernetes.io/controller-uid": uid },
    ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid, controller: true, blockOwnerDeletion: true }]
  },
  spec: { ...spec.template.spec, nodeName }
})

const time = "2026-03-01T10:00:00Z"

const statusOf = (pod: Pod): NonNullable<Pod["status"]> => ({
  phase: "Running",
  conditions: ["PodScheduled", "Initialized", "PodReadyToStartContainers", "ContainersReady", "Ready"].map((type) => ({
    type,
    status: "True",
    lastTransitionTime: time
  })),
  containerStatuses: pod.spec.containers.map(({ image = "", name }) => ({
    name,
    image,
    imageID: image,
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: time } }
  }))
})

/** Submits the runs from one number to another, and waits until the controller has started every one. */
export const startRuns = Effect.fnUntraced(function*({ namespace }: Site, from: number, to: number) {
  const client = yield* KubernetesClient
  yield* Effect.forEach(
    range(from, to),
    (index) => client.create(CodeRunKind, codeRun(namespace, `run-${index}`, serviceOf(index))),
    { concurrency: 16, discard: true }
  )
  yield* client.list(CodeRunKind, { namespace, limit: 1, fieldSelector: "status.phase!=Running" }).pipe(
    Effect.filterOrFail(({ items }) => items.length === 0, () => "going on" as const),
    Effect.retry({ schedule: Schedule.spaced("1 second"), times: 600 })
  )
})

/** Gives a running pod to every Job that has none. */
export const startPods = Effect.fnUntraced(function*({ namespace }: Site) {
  const client = yield* KubernetesClient
  const pods = new Set((yield* client.list(PodKind, { namespace })).items.map(({ metadata }) => metadata.name))
  let token: string | undefined
  do {
    const { items, metadata } = yield* client.list(JobKind, { namespace, limit: 500, continue: token })
    token = metadata.continue === "" ? undefined : metadata.continue
    yield* Effect.forEach(
      items.map(podOf).filter((pod) => !pods.has(pod.metadata.name)),
      (pod) =>
        Effect.flatMap(
          client.create(PodKind, pod),
          (created) => client.replaceStatus(PodKind, { ...created, status: statusOf(created) })
        ),
      { concurrency: 16, discard: true }
    )
  } while (token !== undefined)
})
