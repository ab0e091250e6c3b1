/** What is counted of the way to the API server, of watches, of queues and of the lease; docs/metrics.md is made from it. */
import { counterFamily, gaugeFamily, histogramFamily, type MetricFamily } from "@orchestrator/domain/MetricFamily"

const verb = "get, list, watch, create, update, patch, delete"

export const kubernetesRequests = counterFamily({
  name: "orchestrator_kubernetes_requests_total",
  help: "Requests to the Kubernetes API server, by verb and status code of the answer",
  labels: { verb, code: "HTTP status; 0 where no answer came" }
})

export const kubernetesRequestSeconds = histogramFamily({
  name: "orchestrator_kubernetes_request_duration_seconds",
  help: "Time from a request to the Kubernetes API server to its answer; watches are not among them",
  labels: { verb },
  boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
})

const followed = "kind of the objects that are followed"

export const watchRestarts = counterFamily({
  name: "orchestrator_watch_restarts_total",
  help: "Watches begun again, by what ended the one before",
  labels: {
    kind: followed,
    cause: "ended: by the server, as usual every two minutes; expired: its history was gone; failed: anything else"
  }
})

export const watchSilenceSeconds = gaugeFamily({
  name: "orchestrator_watch_silence_seconds",
  help: "Time since a watch was last heard; a working one is heard about once a minute, however little happens",
  labels: { kind: followed }
})

export const queueDepth = gaugeFamily({
  name: "orchestrator_workqueue_depth",
  help: "Keys that wait for a worker",
  labels: { queue: "runs" }
})

export const queueWaitSeconds = histogramFamily({
  name: "orchestrator_workqueue_wait_seconds",
  help: "Time that a key waits for a worker",
  labels: { queue: "runs" },
  boundaries: [0.001, 0.01, 0.1, 0.5, 1, 5, 15, 60]
})

export const queueRetries = counterFamily({
  name: "orchestrator_workqueue_retries_total",
  help: "Keys that were put back after a round that failed",
  labels: { queue: "runs" }
})

export const leader = gaugeFamily({
  name: "orchestrator_leader",
  help: "Whether this replica is the one that acts on the cluster: 1, or 0",
  labels: {}
})

export const leaseAgeSeconds = gaugeFamily({
  name: "orchestrator_lease_age_seconds",
  help: "Time since this replica last saw the lease renewed, by whoever holds it",
  labels: {}
})

export const clockOffsetSeconds = gaugeFamily({
  name: "orchestrator_clock_offset_seconds",
  help: "How far this replica's wall clock is ahead of the API server's, to a second or so; below 0: behind it",
  labels: {}
})

export const kubernetesMetrics: ReadonlyArray<MetricFamily> = [
  kubernetesRequests,
  kubernetesRequestSeconds,
  watchRestarts,
  watchSilenceSeconds,
  queueDepth,
  queueWaitSeconds,
  queueRetries,
  leader,
  leaseAgeSeconds,
  clockOffsetSeconds
]
