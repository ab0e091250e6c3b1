/** Once for all that happens within a moment: a burst of changes is one drawing. In a tab that nobody sees it is later, and still once. */
import { Effect } from "effect"

const moment = "100 millis"

export const soon = (what: () => void): void => {
  Effect.runFork(Effect.andThen(Effect.sleep(moment), Effect.sync(what)))
}
