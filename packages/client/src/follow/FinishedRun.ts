/** Waiting for a run to finish, over whatever happens to the connection. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { Duration, Effect, Option, Predicate, Schedule, Stream } from "effect"
import { type AnyRun, groupOf } from "../kinds/RunGroups.ts"
import type { OrchestratorClient } from "../OrchestratorClient.ts"
import { backOff, followEvents, type FollowOptions } from "./FollowEvents.ts"
import { isLater } from "./WatchRuns.ts"

type Client = OrchestratorClient["Service"]

export interface WaitOptions extends FollowOptions {
  /** Told of the run as it is first, and whenever it has changed. */
  readonly onChange?: ((run: AnyRun) => Effect.Effect<void>) | undefined
}

const versionIn = (value: object | undefined): number =>
  Predicate.hasProperty(value, "contextVersion") && Predicate.isNumber(value.contextVersion) ? value.contextVersion : 1

/** Whether nothing more will happen to it: its newest attempt, one that is asked for but not begun included, has ended. */
export const isFinished = ({ phase, spec, status }: AnyRun): boolean =>
  isTerminal(phase) && (spec === undefined || versionIn(status) >= versionIn(spec))

/** Where no events may be followed, the run is read, seldom once it takes long. */
const patience = Schedule.exponential("1 second", 1.5).pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.seconds(15))))
)

/** Who may read a run may not be one who may list: `list` is what following needs. */
const isRefused = (error: unknown): boolean =>
  Predicate.isTagged(error, "PermissionMissing") || (Predicate.hasProperty(error, "response")
    && Predicate.hasProperty(error.response, "status") && error.response.status === 404)

/** The run when it has finished. Fails with `RunNotFound` where there is none, or no more. */
export const waitUntilFinished = (
  client: Client,
  kind: AnyRun["kind"],
  name: string,
  { onChange = () => Effect.void, ...options }: WaitOptions = {}
): Effect.Effect<AnyRun, unknown> => {
  const read = Effect.retry(groupOf(client, kind).get({ params: { name } }), backOff(options))
  // A run that is gone may only have left the filters: reading it says which.
  const followed = followEvents(client, { kind }, options).pipe(
    Stream.filter((event) => event.event === "reset" || event.data.run.name === name),
    Stream.mapEffect((event) =>
      event.event === "run" && event.data.change === "set" ? Effect.succeed(event.data.run) : read
    )
  )
  const polled = Stream.fromEffectRepeat(read).pipe(Stream.schedule(patience))
  return Stream.concat(
    Stream.fromEffect(read),
    Stream.catch(followed, (error) => isRefused(error) ? polled : Stream.fail(error))
  ).pipe(
    // What was read may be later than an event that is on its way.
    Stream.mapAccum(
      (): AnyRun | undefined => undefined,
      (last, run) => last === undefined || last.uid !== run.uid || isLater(run, last) ? [run, [run]] : [last, []]
    ),
    Stream.tap(onChange),
    Stream.filter(isFinished),
    Stream.runHead,
    Effect.flatMap(
      Option.match({ onNone: () => Effect.die("a stream of events does not end"), onSome: Effect.succeed })
    )
  )
}
