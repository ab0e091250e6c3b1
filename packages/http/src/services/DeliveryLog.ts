/**
 * The last deliveries of webhooks with what came of them, in memory: of this process, since its start. Whoever sends what is refused drives
 * out no delivery of a forge, and nothing of what he sends is kept.
 */
import { printable } from "@orchestrator/domain/Printable"
import { Context, DateTime, Effect, Layer } from "effect"
import type { Delivery } from "../contract/Installation.ts"

const most = { taken: 100, refused: 20 }
const longest = { event: 64, verdict: 300 }

interface Noted {
  readonly webhook: string
  readonly event?: string | undefined
  readonly id?: string | undefined
  readonly status: number
  readonly verdict: string
}

const shown = (text: string, max: number) => printable(text, { max })

export class DeliveryLog extends Context.Service<DeliveryLog, {
  /** Answers with what notes a later verdict about the same delivery. */
  readonly note: (delivery: Noted) => Effect.Effect<(verdict: string) => Effect.Effect<void>>
  /** The newest first. */
  readonly recent: Effect.Effect<ReadonlyArray<Delivery>>
}>()("@orchestrator/http/services/DeliveryLog") {
  static readonly layer = Layer.sync(DeliveryLog, () => {
    const kept = { taken: new Array<Delivery>(), refused: new Array<Delivery>() }
    return DeliveryLog.of({
      note: ({ event, id, status, verdict, webhook }) =>
        Effect.map(DateTime.now, (now) => {
          const isRefused = status >= 400
          const ring = isRefused ? "refused" : "taken"
          let delivery: Delivery = {
            at: DateTime.formatIso(now),
            webhook: shown(webhook, longest.event),
            ...(isRefused || event === undefined ? {} : { event: shown(event, longest.event) }),
            ...(isRefused || id === undefined ? {} : { id: shown(id, longest.event) }),
            status,
            verdict: shown(verdict, longest.verdict)
          }
          kept[ring] = [delivery, ...kept[ring]].slice(0, most[ring])
          return (later) =>
            Effect.sync(() => {
              const next = { ...delivery, verdict: shown(later, longest.verdict) }
              kept[ring] = kept[ring].map((each) => each === delivery ? next : each)
              delivery = next
            })
        }),
      recent: Effect.sync(() =>
        [...kept.taken, ...kept.refused].sort((left, right) => left.at < right.at ? 1 : left.at > right.at ? -1 : 0)
      )
    })
  })
}
