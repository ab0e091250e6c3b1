/** What whoever leads does by itself: events that wait on runs, runs at their times, and telling of their ends. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { supervised } from "@orchestrator/k8s/Supervised"
import { Effect, Layer, Schedule } from "effect"
import { DeliveredRuns } from "../services/DeliveredRuns.ts"
import { EventHandler } from "./HandleEvent.ts"
import { followEnds } from "./Notifications.ts"
import { followSchedules } from "./Schedules.ts"

/** Between looks at the events that wait on runs. */
const waitingEvery = Schedule.spaced("15 seconds")

/** Needs Leadership, KubernetesClient, RunFeed, HttpClient, HttpSettings, EventHandler, EventSecrets and DeliveredRuns. */
export const eventsWork = ({ notifications, triggers }: Pick<OrchestratorConfig, "notifications" | "triggers">) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const leadership = yield* Leadership
    const { resume } = yield* EventHandler
    const { waiting } = yield* DeliveredRuns
    const look = Effect.flatMap(waiting, (names) => Effect.forEach(names, resume, { discard: true, concurrency: 4 }))
    yield* Effect.forkScoped(leadership.whileLeading(({ acts }) =>
      // One of the shards does it for all of them.
      !acts(0) ? Effect.void : Effect.all([
        supervised("waiting events", Effect.repeat(look, waitingEvery)),
        supervised("schedules", followSchedules(triggers)),
        supervised("notifications", followEnds(notifications))
      ], { concurrency: "unbounded" })
    ))
  }))
