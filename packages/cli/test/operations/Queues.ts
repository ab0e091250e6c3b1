/** Queues of the real Kueue, and what tests do with them. */
import { JobKind, WorkloadKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { queuePermissions } from "../../src/serve/Permissions.ts"
import { controlPlane, kubectl } from "../cluster/ControlPlane.ts"
import { eventually } from "../cluster/Eventually.ts"
import { agent, makeSite, startReplica, verbsOf } from "../cluster/World.ts"

const tools = join(import.meta.dirname, "../../../../tools/kueue")

/** Starts Kueue beside this worker's control plane, where it does not run yet. */
export const startKueue = Effect.sync(() => {
  const { folder } = controlPlane()
  if (/^kueue /m.test(readFileSync(join(folder, "pids"), "utf8"))) return
  execFileSync(join(tools, "up"), [folder], { stdio: ["ignore", "ignore", "inherit"] })
})

/** Kueue itself, without its definitions and webhooks going. */
export const stopKueue = Effect.sync(() => void execFileSync(join(tools, "down"), [controlPlane().folder]))

const apiVersion = "kueue.x-k8s.io/v1beta2"
const plenty = "1000Gi"

interface Queue {
  readonly name: string
  /** Agents that have a place of their own; each asks for a processor. */
  readonly agents: number
  /** ClusterQueues of one cohort lend each other what they do not use. */
  readonly cohort?: string
}

/** A ClusterQueue, and its LocalQueue of the same name in a namespace. */
export const makeQueue = (namespace: string, { agents, cohort, name }: Queue) => {
  const flavor = { apiVersion, kind: "ResourceFlavor", metadata: { name: "any" } }
  const clusterQueue = {
    apiVersion,
    kind: "ClusterQueue",
    metadata: { name: `${namespace}-${name}` },
    spec: {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      ...(cohort === undefined ? {} : { cohortName: cohort }),
      preemption: { reclaimWithinCohort: "Any", withinClusterQueue: "LowerPriority" },
      resourceGroups: [{
        coveredResources: ["cpu", "memory", "ephemeral-storage"],
        flavors: [{
          name: "any",
          resources: [
            { name: "cpu", nominalQuota: agents === 0 ? "0" : `${agents * 1000 + 500}m` },
            { name: "memory", nominalQuota: plenty },
            { name: "ephemeral-storage", nominalQuota: plenty }
          ]
        }]
      }]
    }
  }
  const localQueue = {
    apiVersion,
    kind: "LocalQueue",
    metadata: { name, namespace },
    spec: { clusterQueue: `${namespace}-${name}` }
  }
  for (const object of [flavor, clusterQueue, localQueue]) kubectl(["apply", "-f", "-"], JSON.stringify(object))
}

/** How far a run stands before others, by name; of Kueue alone, not of pods. */
export const makePriorityClass = (name: string, value: number) =>
  kubectl(
    ["apply", "-f", "-"],
    JSON.stringify({ apiVersion, kind: "WorkloadPriorityClass", metadata: { name }, value })
  )

/** A namespace whose runs go to queues, with a replica that looks after it. */
export const queuedSite = Effect.fnUntraced(function*(name: string, kueue: object, config: object = {}) {
  const resources = { requests: { cpu: "1" }, limits: { cpu: "2" } }
  const settings = { kueue, agent: { ...agent, resources }, retry: { infrastructure: 2 }, ...config }
  const site = yield* makeSite(name, settings, 1, queuePermissions)
  const replica = yield* startReplica(site)
  yield* Effect.promise(() => replica.logged(/caches are synced/))
  const verbs = yield* verbsOf(site)
  const { client, run } = verbs
  const until = (name: string, reason: string, seconds?: number) =>
    eventually(`${name} to be ${reason}`, run(name), ({ status }) => status?.["reason"] === reason, seconds)
  return {
    site,
    replica,
    ...verbs,
    until,
    /** Jobs by the run's name, and whether Kueue lets them run. */
    jobs: Effect.map(client.list(JobKind, { namespace: site.namespace }), ({ items }) => items),
    workloads: Effect.map(client.list(WorkloadKind, { namespace: site.namespace }), ({ items }) => items)
  }
})
