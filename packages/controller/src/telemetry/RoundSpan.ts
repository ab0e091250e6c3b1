/** A round that does something is a span of its run's trace. */
import { sends } from "@orchestrator/domain/TelemetryConfig"
import { Effect, Tracer } from "effect"
import { runContext } from "../attempt/RunTrace.ts"
import type { Plan } from "../decide/Rule.ts"
import type { Observed } from "../facts/Observed.ts"

export const inRoundSpan = ({ config: { telemetry }, run }: Observed, { actions, rule }: Plan) =>
<A, E>(
  performed: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  run === undefined || run.ended || !sends(telemetry, "traces")
    ? performed
    : performed.pipe(Effect.withSpan("reconcile", {
      parent: Tracer.externalSpan(runContext(run, telemetry)),
      attributes: {
        "orchestrator.rule": rule,
        "orchestrator.actions": actions.map(({ _tag }) => _tag).join(" "),
        "orchestrator.run.name": run.name,
        "k8s.namespace.name": run.namespace
      }
    }, { captureStackTrace: false }))
