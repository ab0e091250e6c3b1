/**
 * What an attempt says or prints, to its end, as one stream: a connection that breaks is made again and goes on from the time of what came
 * last, so that nothing is lost and nothing comes twice. A server that ends an answer may only be stopping: the run says whether the
 * attempt is over, and then it is asked for once more, since more may have been said meanwhile.
 */
import type { LoggedContainer } from "@orchestrator/domain/PodParts"
import { present } from "@orchestrator/domain/Present"
import { attemptText } from "@orchestrator/domain/Retry"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Effect, Predicate, Stream } from "effect"
import { type AnyRun, groupOf } from "../kinds/RunGroups.ts"
import type { OrchestratorClient } from "../OrchestratorClient.ts"
import { isFinished } from "./FinishedRun.ts"
import { backOff, type FollowOptions, StreamEnded } from "./FollowEvents.ts"

type Client = OrchestratorClient["Service"]

export interface WhichAttempt {
  /** `2`, or `2-r1`; default the newest there is at each connection. */
  readonly attempt?: string | undefined
}

interface Timed {
  /** RFC 3339. */
  readonly at: string
}

export interface LogLine extends Timed {
  /** What was printed at that time. */
  readonly text: string
}

interface Attempts {
  readonly attempts?: ReadonlyArray<
    { readonly contextVersion: number; readonly retry?: number; readonly outcome?: string }
  >
}

/** Whether the attempt says nothing more. */
export const isOver = (run: AnyRun, attempt: string | undefined): boolean => {
  const { attempts = [] }: Attempts = run.status ?? {}
  const meant = attempt === undefined
    ? attempts.at(-1)
    : attempts.find(({ contextVersion, retry = 0 }) => attemptText({ contextVersion, retry }) === attempt)
  return isFinished(run) || (meant !== undefined && meant.outcome !== undefined)
}

/** Times with and without fractions, as texts in their order. */
const sortable = (time: string): string => time.replace(/Z$/, "")

/** Tells what is new of each connection: it begins no later than with what came last. */
const makeNews = <Item extends Timed>() => {
  let last: string | undefined
  /** Items of that time that have come. */
  let sameTime = 0
  return {
    since: () => last === "" ? undefined : last,
    of: <E, R>(items: Stream.Stream<Item, E, R>) =>
      Stream.suspend(() => {
        let [from, known] = [last, sameTime]
        return Stream.filter(items, (item) => {
          const { at } = item
          if (from !== undefined) {
            if (sortable(at) < sortable(from) || (at === from && known-- > 0)) return false
            from = undefined
          }
          sameTime = at === last ? sameTime + 1 : 1
          last = at
          return true
        })
      })
  }
}

const following = <Item extends Timed>(
  client: Client,
  kind: AnyRun["kind"],
  name: string,
  { attempt, ...options }: WhichAttempt & FollowOptions,
  ask: (since: string | undefined) => Effect.Effect<Stream.Stream<Item, unknown>, unknown>
): Stream.Stream<Item, unknown> =>
  Stream.suspend(() => {
    const news = makeNews<Item>()
    let over = false
    const look = Effect.map(groupOf(client, kind).get({ params: { name } }), (run) => {
      over = isOver(run, attempt)
    })
    /** Of an attempt that goes on there will be something: its pod is about to start, or what is kept of it is not there yet. */
    const waiting = (error: unknown) =>
      Predicate.isTagged(error, "LogsNotAvailable") && Predicate.hasProperty(error, "detail")
        ? Effect.andThen(look, () => Effect.fail(over ? error : new StreamEnded({ message: String(error.detail) })))
        : Effect.fail(error)
    const answered = Effect.suspend(() => Effect.tap(ask(news.since()), () => options.onConnected ?? Effect.void))
    const connection = news.of(Stream.unwrap(answered)).pipe(
      Stream.catch((error) => Stream.fromEffect(waiting(error)))
    )
    const rest = Effect.map(look, () =>
      over ? connection : Stream.fail(new StreamEnded({ message: "The server closed the stream" })))
    const whole = Stream.suspend(() =>
      over ? connection : Stream.concat(connection, Stream.unwrap(rest))
    )
    return Stream.retry(whole, backOff(options))
  })

const timed = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) /

/** A line without a time is of the time of the line before. */
const lineAfter = (before: string, line: string): readonly [string, ReadonlyArray<LogLine>] => {
  const time = timed.exec(line)?.[1]
  const at = time ?? before
  return [at, [{ at, text: time === undefined ? line : line.slice(time.length + 1) }]]
}

/** The conversation of an attempt. */
export const followTranscript = (
  client: Client,
  kind: AnyRun["kind"],
  name: string,
  options: WhichAttempt & FollowOptions = {}
): Stream.Stream<TranscriptEvent, unknown> =>
  following(client, kind, name, options, (since) =>
    groupOf(client, kind).transcript({
      params: { name },
      query: { follow: true, ...present("attempt", options.attempt), ...present("since", since) }
    }))

/** What a container of an attempt prints. */
export const followLogs = (
  client: Client,
  kind: AnyRun["kind"],
  name: string,
  { container, ...options }: WhichAttempt & FollowOptions & { readonly container?: LoggedContainer | undefined } = {}
): Stream.Stream<LogLine, unknown> =>
  following(client, kind, name, options, (since) =>
    groupOf(client, kind).logs({
      params: { name },
      query: {
        follow: true,
        timestamps: true,
        ...present("attempt", options.attempt),
        ...present("container", container),
        ...present("since", since)
      }
    }).pipe(
      Effect.map((bytes) => bytes.pipe(Stream.decodeText, Stream.splitLines, Stream.mapAccum(() => "", lineAfter)))
    ))
