/** Tells the metric of how far our clock is from the API server's, for as long as the scope is open. */
import { atScrape, gaugeSeries } from "@orchestrator/domain/Scrape"
import { Effect } from "effect"
import { ApiServer } from "./ApiServer.ts"
import { clockOffsetSeconds } from "./Metrics.ts"

export const tellClockOffset = Effect.gen(function*() {
  const { clockOffsetMillis } = yield* ApiServer
  const tell = gaugeSeries(clockOffsetSeconds)
  yield* atScrape(Effect.flatMap(
    clockOffsetMillis,
    (millis) => tell(millis === undefined ? [] : [[{}, Math.round(millis / 1000)]])
  ))
})
