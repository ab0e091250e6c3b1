import { Duration, Effect, Random } from "effect"

/** Waits, spread so that replicas and rounds do not meet. */
export const roughly = (seconds: number) =>
  Effect.flatMap(Random.next, (random) => Effect.sleep(Duration.seconds(seconds * (1 + random / 5))))
