/** `bench/chaos`: see there. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, References } from "effect"
import { randomInt } from "node:crypto"
import { parseArgs } from "node:util"
import { missing, startPlane } from "../../../../tools/kube/Plane.ts"
import { buildProgram } from "../../../../tools/kube/Program.ts"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(randomInt(1_000_000)) },
    rate: { type: "string", default: "1.2" }
  }
})
const [minutes, seed, rate] = [values.minutes, values.seed, values.rate].map(Number)
const command = `bench/chaos --minutes ${minutes} --seed ${seed} --rate ${rate}`

/** Whole objects of what is judged, and the metadata of the rest. */
const auditRule = JSON.stringify({
  level: "RequestResponse",
  omitManagedFields: true,
  verbs: ["create", "update", "patch", "delete", "deletecollection"],
  resources: [
    { group: "orchestrator.platform" },
    { group: "batch" },
    { group: "coordination.k8s.io" },
    { group: "events.k8s.io" },
    { group: "", resources: ["pods", "pods/*", "configmaps", "persistentvolumeclaims", "persistentvolumeclaims/*"] }
  ]
})

const problem = [minutes, seed, rate].every((each) => each !== undefined && each > 0)
  ? missing()
  : `expected numbers above 0, found ${command}`
if (problem !== undefined) {
  process.stderr.write(`bench/chaos: ${problem}.\n`)
  process.exit(1)
}

const program = Effect.gen(function*() {
  yield* Console.log(command)
  const { folder } = yield* Effect.acquireRelease(
    Effect.sync(() => startPlane({ flags: { KUBE_AUDIT_RULE: auditRule } })),
    ({ stop }) => Effect.sync(stop)
  )
  // The parts of the cluster tests find it there.
  process.env["CONTROL_PLANE"] = folder
  process.env["ORCHESTRATOR_PROGRAM"] = yield* Effect.promise(() => buildProgram(folder))
  const { chaos } = yield* Effect.promise(() => import("./Chaos.ts"))
  const violations = yield* chaos({ seed: seed ?? 0, minutes: minutes ?? 1, rate: rate ?? 1, command })
  if (violations > 0) yield* Effect.sync(() => void (process.exitCode = 1))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Warn")))
