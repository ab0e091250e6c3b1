/** What `bench/chaos` and `bench/soak` have in common: a control plane of their own whose audit log has all that is judged, and an exit code. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, References } from "effect"
import { randomInt } from "node:crypto"
import { parseArgs } from "node:util"
import { missing, startPlane } from "../../../../tools/kube/Plane.ts"
import { buildProgram } from "../../../../tools/kube/Program.ts"

export interface TrialOptions {
  readonly seed: number
  readonly minutes: number
  /** Runs a second. */
  readonly rate: number
  /** What was called, for whoever wants the same again. */
  readonly command: string
}

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

/** Runs it with what the command line says; `load` is called when the control plane is there, and what it answers with tells the violations. */
export const runTrial = (
  name: string,
  minutesByDefault: number,
  load: () => Promise<(options: TrialOptions) => Effect.Effect<number, unknown>>
): void => {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: String(minutesByDefault) },
      seed: { type: "string", default: String(randomInt(1_000_000)) },
      rate: { type: "string", default: "1.2" }
    }
  })
  const [minutes, seed, rate] = [Number(values.minutes), Number(values.seed), Number(values.rate)]
  const command = `${name} --minutes ${minutes} --seed ${seed} --rate ${rate}`
  const problem = [minutes, seed, rate].every((each) => each > 0)
    ? missing()
    : `expected numbers above 0, found ${command}`
  if (problem !== undefined) {
    process.stderr.write(`${name}: ${problem}.\n`)
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
    const trial = yield* Effect.promise(load)
    const violations = yield* trial({ seed, minutes, rate, command })
    if (violations > 0) yield* Effect.sync(() => void (process.exitCode = 1))
  })
  NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provideService(References.MinimumLogLevel, "Warn")))
}
