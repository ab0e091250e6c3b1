/**
 * Runs at times that triggers say, made by whoever leads. The name of a run follows from its time: so a new leader, or a restart, makes the
 * newest time's run up if it is missing and young enough, and none twice. While the run before is at work there is no next one.
 */
import { triggerLabel } from "@orchestrator/domain/Labels"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf } from "@orchestrator/domain/RunView"
import type { ScheduleConfig, TriggerConfig } from "@orchestrator/domain/TriggerConfig"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Cron, DateTime, Effect, Result, Schedule } from "effect"
import { HttpSettings } from "../services/HttpSettings.ts"
import { EventHandler } from "./HandleEvent.ts"
import { triggeredRun } from "./TriggerRuns.ts"

/** The newest time that has come and for which a run may still be made. */
export const dueTime = (
  { cron, startingDeadlineSeconds, timezone }: ScheduleConfig,
  now: DateTime.Utc
): DateTime.Utc | undefined => {
  const parsed = Cron.parse(cron, timezone)
  if (Result.isFailure(parsed)) return undefined
  const millis = DateTime.toEpochMillis(now)
  // The time itself counts: what is asked for is the one before the next millisecond.
  const last = Cron.prev(parsed.success, DateTime.makeUnsafe(millis + 1)).getTime()
  return millis - last > startingDeadlineSeconds * 1000 ? undefined : DateTime.makeUnsafe(last)
}

const every = Schedule.spaced("5 seconds")

type Scheduled = TriggerConfig & { readonly schedule: ScheduleConfig }
const isScheduled = (trigger: TriggerConfig): trigger is Scheduled => trigger.schedule !== undefined

/** For as long as this process leads. Needs KubernetesClient, HttpSettings and EventHandler. */
export const followSchedules = Effect.fn("Schedules.follow")(function*(triggers: OrchestratorConfig["triggers"]) {
  const scheduled = triggers.filter(isScheduled)
  if (scheduled.length === 0) return yield* Effect.never
  const client = yield* KubernetesClient
  const settings = yield* HttpSettings
  const { start } = yield* EventHandler
  /** Times that are done with, by trigger. */
  const done = new Map<string, number>()

  const isAtWork = (name: string) =>
    client.list(CodeRunKind, { namespace: settings.namespace, labelSelector: `${triggerLabel}=${name}` }).pipe(
      Effect.map(({ items }) => items.some((run) => !isTerminal(phaseOf(run))))
    )

  const look = Effect.fnUntraced(function*(trigger: Scheduled) {
    const due = dueTime(trigger.schedule, yield* DateTime.now)
    if (due === undefined || done.get(trigger.name) === DateTime.toEpochMillis(due)) return
    if (yield* isAtWork(trigger.name)) return
    const at = DateTime.formatIso(due)
    const run = triggeredRun(settings, trigger, { what: `${trigger.name} ${at}`, by: `trigger/${trigger.name}` })
    if (Result.isSuccess(run)) {
      yield* Effect.withSpan(start(run.success), "schedules.start", {
        root: true,
        kind: "producer",
        attributes: { "orchestrator.trigger": trigger.name }
      })
    } else yield* Effect.logError(`The trigger ${trigger.name} makes no valid run`, run.failure)
    done.set(trigger.name, DateTime.toEpochMillis(due))
  })

  const lookAtAll = Effect.forEach(
    scheduled,
    (trigger) =>
      Effect.catch(look(trigger), ({ message }) => Effect.logWarning(`The trigger ${trigger.name} waits: ${message}`)),
    {
      discard: true
    }
  )
  return yield* Effect.andThen(Effect.repeat(lookAtAll, every), Effect.never)
})
