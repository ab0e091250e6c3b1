/** Everything that comes in beside the contract, and what the leader does about it by itself. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { supervised } from "@orchestrator/k8s/Supervised"
import { Effect, Layer, Schedule } from "effect"
import { DeliveredRuns } from "../services/DeliveredRuns.ts"
import { EventHandler } from "./HandleEvent.ts"

export type EventsSettings = Pick<OrchestratorConfig, "events" | "triggers" | "notifications">

/** Between looks at the events that wait on runs. */
const waitingEvery = Schedule.spaced("15 seconds")

/** What waits on runs is handled by the one that leads. Needs Leadership, EventHandler and DeliveredRuns. */
export const eventsWork = Layer.effectDiscard(Effect.gen(function*() {
  const leadership = yield* Leadership
  const { resume } = yield* EventHandler
  const { waiting } = yield* DeliveredRuns
  const look = Effect.flatMap(waiting, (names) => Effect.forEach(names, resume, { discard: true, concurrency: 4 }))
  yield* Effect.forkScoped(
    leadership.whileLeading(() => supervised("waiting events", Effect.repeat(look, waitingEvery)))
  )
}))
