/** The chart's quota on runs, on a real control plane: the last one that fits, the first one that does not, and the words for it. */
import { assert, layer } from "@effect/vitest"
import { createProblem } from "@orchestrator/http/handlers/ClusterProblems"
import { CodeRunKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Effect } from "effect"
import { controlPlane, kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { codeRun } from "./World.ts"

const quota = (codeRuns: number) => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "orchestrator-runs" },
  spec: {
    hard: {
      "count/coderuns.orchestrator.platform": String(codeRuns),
      "count/docsruns.orchestrator.platform": "1"
    }
  }
})

const counts = "count/coderuns\\.orchestrator\\.platform"

layer(liveClient({ kubeconfig: controlPlane().kubeconfig }), { excludeTestServices: true })("a quota of runs", (it) => {
  it.effect(
    "lets the last one in, refuses the next in words, and lets one in again when it is raised",
    () =>
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        const { metadata: { name: namespace = "" } } = yield* client.create(NamespaceKind, {
          metadata: { generateName: "quota-" }
        })
        const apply = (codeRuns: number) =>
          kubectl(["apply", "-n", namespace, "-f", "-"], JSON.stringify(quota(codeRuns)))
        // Nothing is created against a quota whose use nobody has counted yet: the controller meets new kinds every half minute.
        const counted = () =>
          kubectl([
            "get",
            "resourcequota",
            "orchestrator-runs",
            "-n",
            namespace,
            "-o",
            `jsonpath={.status.used.${counts}} of {.status.hard.${counts}}`
          ])
        const create = (name: string) => {
          const { spec } = codeRun({ namespace, config: "", users: [], asked: () => [], accepted: () => [] }, name)
          return client.create(CodeRunKind, { metadata: { name, namespace }, spec })
        }
        apply(2)
        yield* eventually("the quota to be looked after", Effect.sync(counted), (found) => found === "0 of 2")
        yield* create("one")
        yield* create("two")
        const error = yield* Effect.flip(create("three"))
        assert.strictEqual(error.reason._tag, "Forbidden")
        const problem = createProblem("CodeRun", "three")(error)
        assert.strictEqual(problem._tag, "ClusterForbids")
        assert.include(problem.detail, "exceeded quota")
        assert.include(problem.hint, "delete finished runs")
        apply(3)
        yield* eventually("the quota to be raised", Effect.sync(counted), (found) => found === "2 of 3")
        yield* create("three")
        yield* client.delete(NamespaceKind, { name: namespace })
      }),
    300_000
  )
})
