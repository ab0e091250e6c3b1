/** How long each watch has not been heard, and how many keys wait: worked out at every scrape, at no cost for an event. */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { atScrape, gaugeSeries } from "@orchestrator/domain/Scrape"
import { queueDepth, watchSilenceSeconds } from "@orchestrator/k8s/Metrics"
import { Effect } from "effect"
import type { Following } from "./Following.ts"

export const tellWatches = Effect.fnUntraced(function*(
  followings: ReadonlyArray<Following>,
  depth: Effect.Effect<number>
) {
  const silence = gaugeSeries(watchSilenceSeconds)
  const waiting = gaugeSeries(queueDepth)
  const heard = new Map<Following, { readonly count: number; readonly at: number }>()

  const silenceOf = (following: Following, now: number): number => {
    const count = following.heard()
    const before = heard.get(following)
    if (before === undefined || before.count !== count) heard.set(following, { count, at: now })
    return before === undefined || before.count !== count ? 0 : (now - before.at) / 1000
  }

  yield* atScrape(Effect.gen(function*() {
    const now = yield* monotonicMillis
    yield* silence(followings.map((each) => [
      { kind: each.which === undefined ? each.plural : `${each.plural}/${each.which}` },
      silenceOf(each, now)
    ]))
    yield* waiting([[{ queue: "runs" }, yield* depth]])
  }))
})
