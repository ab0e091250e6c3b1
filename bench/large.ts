/**
 * `node bench/large.ts [--runs 10000] [--seconds 300]`: the product in the chart's container with so many runs of the largest size that is
 * legal, on an API server and etcd alone: resident memory when it has started on them and has written to each what it waits for (64 runs
 * that do not exist), or after so many seconds.
 */
import { NodeRuntime } from "@effect/platform-node"
import { maxDependencies, maxEnvEntries, maxSecrets } from "@orchestrator/domain/Sizes"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Console, Effect, References } from "effect"
import { makeArms } from "./parts/Arm.ts"
import { askedSince, auditEnd } from "./parts/Audit.ts"
import { flags } from "./parts/Flags.ts"
import { plane } from "./parts/Plane.ts"
import { codeRun } from "./parts/Recorded.ts"
import { makeSite } from "./parts/Site.ts"
import { residentMegabytes } from "./parts/Usage.ts"

const { runs, seconds } = flags({ runs: 10_000, seconds: 300 })

/** Of the chart's container. */
const containerMegabytes = 512 * 1024 * 1024 / 1e6

const many = <A>(count: number, make: (index: number) => A) => Array.from({ length: count }, (_, index) => make(index))

/** Every field at its limit, as far as all of them together may be. */
const largest = (namespace: string, index: number): CustomObject => {
  const run = codeRun(namespace, `run-${index}`, "x".repeat(60))
  return {
    ...run,
    spec: {
      ...run.spec,
      promptModification: `${index} `.padEnd(100_000, "x"),
      env: Object.fromEntries(many(maxEnvEntries, (each) => [`VARIABLE_${each}`, `${index} `.padEnd(680, "x")])),
      envFromSecrets: many(maxSecrets, (each) => ({ name: `S${each}`, secretName: `s${each}`, secretKey: "key" })),
      dependsOn: many(maxDependencies, (each) => `run-${index}-${each}-`.padEnd(63, "x")),
      localTools: "x".repeat(4096),
      remoteTools: "x".repeat(4096)
    }
  }
}

const program = Effect.gen(function*() {
  const server = yield* plane({ apiOnly: true })
  yield* Effect.gen(function*() {
    const client = yield* KubernetesClient
    const arms = yield* makeArms()
    const site = yield* makeSite(server, "large")
    yield* Effect.forEach(
      many(runs, (index) => index),
      (index) => client.create(CodeRunKind, largest(site.namespace, index)),
      { concurrency: 8, discard: true }
    )
    yield* Console.log(`${runs} runs of ${JSON.stringify(largest(site.namespace, 1).spec).length} bytes are there`)
    const log = auditEnd(server)
    const user = site.users[0]?.name
    const arm = yield* arms.start("controller", site)
    const written = () =>
      new Set(
        askedSince(server, log, site.namespace)
          .filter((each) => each.user === user && each.resource === "coderuns/status" && each.code === 200)
          .map(({ name }) => name)
      ).size
    let looked = 0
    for (let waited = 0; waited < seconds && looked < runs && arm.alive; waited += 5) {
      yield* Effect.sleep("5 seconds")
      looked = written()
    }
    yield* Effect.sleep("5 seconds")
    yield* Console.log(`${looked} of them have been told what they wait for`)
    const { now, peak } = residentMegabytes(arm.pid)
    const verdict = peak <= containerMegabytes ? "reached" : "missed"
    yield* Console.log(
      `a start on them: ${now.toFixed(0)} MB resident (peak ${peak.toFixed(0)}), target ≤ ${
        containerMegabytes.toFixed(0)
      }: ${verdict}`
    )
    if (!arm.alive) yield* Console.log(arm.log.slice(-2000))
  }).pipe(Effect.provide(liveClient({ kubeconfig: server.kubeconfig })))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
