/**
 * Before the program acts: is the API server there, does it let us in, has it what we need. Trouble that passes is waited out, for as long
 * as it takes; what a person must mend is said at once and ends the program after a while. Each state is logged once, and is what `/ready`
 * answers with meanwhile.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { ApiServer } from "@orchestrator/k8s/ApiServer"
import { isRetryable, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Context, Duration, Effect, Layer, Random, Ref, Schema } from "effect"
import { clusterFacts } from "./ClusterFacts.ts"
import { findingLines, type Line } from "./Line.ts"
import { type Finding, findings } from "./StartChecks.ts"

export class PreflightFailed extends Schema.TaggedError<PreflightFailed>()("PreflightFailed", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `The cluster is not ready for orchestrator:\n${this.problems.map((each) => `- ${each}`).join("\n")}`
  }
}

/** How long a person has to mend what blocks before the program ends. */
const blockedTimeout = Duration.seconds(30)
/** Milliseconds between looks, at most: at what passes by itself, and while a person is mending. */
const longestPause = { passing: 15_000, blocked: 2000 }

interface CheckResult {
  /** Sentences; none when the program may begin. */
  readonly problems: ReadonlyArray<string>
  /** Whether it passes by itself. */
  readonly passing: boolean
  readonly remarks: ReadonlyArray<string>
}

const resultOf = (found: ReadonlyArray<Finding>): CheckResult => ({
  problems: found.flatMap(({ blocks, message }) => blocks ? [message] : []),
  passing: false,
  remarks: found.flatMap(({ blocks, message }) => blocks ? [] : [message])
})

/** In words that stay the same from try to try. */
const troubleOf = (error: KubernetesError): CheckResult => {
  const { message } = error.reason
  if (error.reason._tag === "Unauthorized") {
    const advice = "Renew them, or use another kubeconfig or context"
    return { problems: [`The API server rejected our credentials: ${message}. ${advice}`], passing: false, remarks: [] }
  }
  const problem = error.reason._tag === "Unreachable"
    ? `The Kubernetes API server is not responding: ${message}`
    : `The Kubernetes API server is not working properly: ${error.message}`
  return { problems: [problem], passing: isRetryable(error), remarks: [] }
}

export interface PreflightOptions {
  readonly config: OrchestratorConfig
  readonly namespace: string
}

export class Preflight extends Context.Service<Preflight, {
  /** What is in the way, one sentence each; nothing once the checks have passed. */
  readonly missing: Effect.Effect<ReadonlyArray<string>>
  /** What the last look has found, one line for each thing. */
  readonly lines: Effect.Effect<ReadonlyArray<Line>>
  /** The API server's, once it has said so. */
  readonly version: Effect.Effect<string | undefined>
  /** Checks until the program may begin; fails when it may not within the time that a person has. */
  readonly run: Effect.Effect<void, PreflightFailed>
}>()("@orchestrator/cli/serve/Preflight") {
  static readonly layerWith = (options: PreflightOptions) =>
    Layer.effect(
      Preflight,
      Effect.gen(function*() {
        const server = yield* ApiServer
        const { config, namespace } = options
        const missing = yield* Ref.make<ReadonlyArray<string>>(["The cluster has not been checked yet."])
        const lines = yield* Ref.make<ReadonlyArray<Line>>([])
        const version = yield* Ref.make<string | undefined>(undefined)
        const look = clusterFacts({ config, namespace }).pipe(
          Effect.tap((facts) => Ref.set(version, facts.version.gitVersion)),
          Effect.map((facts) => findings(facts, { namespace, credentials: config.agent.credentials })),
          Effect.tap((found) => Ref.set(lines, findingLines("cluster", "it has what the program needs", found))),
          Effect.map(resultOf),
          Effect.catch((error) => Effect.succeed(troubleOf(error))),
          Effect.provideService(ApiServer, server)
        )

        const tell = ({ passing, problems }: CheckResult) =>
          Effect.forEach(problems, (problem) =>
            Effect.logWarning(problem).pipe(
              Effect.annotateLogs({ next: passing ? "retrying" : `exiting in ${Duration.format(blockedTimeout)}` })
            ), { discard: true })

        const pause = Effect.fnUntraced(function*({ passing }: CheckResult, failures: number) {
          const millis = Math.min(
            passing ? longestPause.passing : longestPause.blocked,
            500 * 2 ** Math.min(failures, 8)
          )
          yield* Effect.sleep(Duration.millis(millis * (0.75 + (yield* Random.next) / 2)))
        })

        const run = Effect.gen(function*() {
          let reported = ""
          let failures = 0
          let blockedSince: number | undefined
          while (true) {
            const result = yield* look
            yield* Ref.set(missing, result.problems)
            if (result.problems.length === 0) {
              if (failures > 0) yield* Effect.logInfo("the cluster is ready")
              yield* Effect.forEach(result.remarks, (remark) => Effect.logWarning(remark), { discard: true })
              return
            }
            const now = yield* monotonicMillis
            blockedSince = result.passing ? undefined : blockedSince ?? now
            if (blockedSince !== undefined && now - blockedSince >= Duration.toMillis(blockedTimeout)) {
              return yield* new PreflightFailed({ problems: result.problems })
            }
            const words = result.problems.join("\n")
            if (words !== reported) yield* tell(result)
            reported = words
            yield* pause(result, failures++)
          }
        })
        return Preflight.of({ missing: Ref.get(missing), lines: Ref.get(lines), version: Ref.get(version), run })
      })
    )
}
