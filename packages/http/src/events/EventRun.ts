/** What an event is decided on of a run: its status, and what earlier events have left on it. */
import { group, waitingEventsAnnotation } from "@orchestrator/domain/Labels"
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf, statusText } from "@orchestrator/domain/RunView"
import { repositoryIdentity } from "@orchestrator/domain/Tenant"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Option, Predicate, Schema } from "effect"
import { versionsOf } from "../handlers/RetryRun.ts"
import type { Work } from "../services/DeliveredRuns.ts"
import { ForgeEvent } from "./ForgeEvent.ts"

/** Annotation on a run: what was done about which comment, review or commit, newest last. Nothing is done about one again. */
export const handledAnnotation = `${group}/handled-events`
/** Annotation on a run: attempts that failing checks have started. */
export const checkAttemptsAnnotation = `${group}/check-attempts`

export interface EventRun {
  readonly run: CustomObject
  readonly name: string
  readonly phase: string
  /** Whether the newest version that was asked for has ended. */
  readonly isOver: boolean
  readonly version: number
  readonly commit: string | undefined
  readonly handled: ReadonlyArray<string>
  readonly checkAttempts: number
}

const wordsIn = (text: string | undefined): ReadonlyArray<string> =>
  (text ?? "").split(" ").filter((word) => word !== "")

export const eventRun = (run: CustomObject): EventRun => {
  const { annotations = {}, name = "" } = run.metadata
  const phase = phaseOf(run)
  const { settled, wanted } = versionsOf(run)
  return {
    run,
    name,
    phase,
    isOver: isTerminal(phase) && settled,
    version: wanted,
    commit: statusText(run, "headCommit"),
    handled: wordsIn(annotations[handledAnnotation]),
    checkAttempts: Number(/^\d{1,4}$/.exec(annotations[checkAttemptsAnnotation] ?? "")?.[0] ?? 0)
  }
}

const Waiting = Schema.fromJsonString(Schema.Array(Schema.Struct({ forge: Schema.String, event: ForgeEvent })))
export type WaitingEvent = (typeof Waiting.Type)[number]

const decodeWaiting = Schema.decodeUnknownOption(Waiting)
const encodeWaiting = Schema.encodeSync(Waiting)

/** Oldest first. What is none of ours is none. */
export const waitingIn = ({ metadata: { annotations = {} } }: CustomObject): ReadonlyArray<WaitingEvent> =>
  Option.getOrElse(decodeWaiting(annotations[waitingEventsAnnotation]), () => [])

/** So many wait on a run; more are not taken. */
const mostWaiting = 10

const isSame = (left: WaitingEvent, right: WaitingEvent): boolean => sameEvent(left) === sameEvent(right)
const sameEvent = (event: WaitingEvent): string => encodeWaiting([event])

/** The annotation with one more; undefined where it is there, or there is no room. */
export const withWaiting = (run: CustomObject, event: WaitingEvent): string | undefined => {
  const before = waitingIn(run)
  return before.length >= mostWaiting || before.some((each) => isSame(each, event))
    ? undefined
    : encodeWaiting([...before, event])
}

/** The annotation without this one; null where none is left. */
export const withoutWaiting = (run: CustomObject, event: WaitingEvent): string | null => {
  const rest = waitingIn(run).filter((each) => !isSame(each, event))
  return rest.length === 0 ? null : encodeWaiting(rest)
}

/** So many are remembered. */
const mostHandled = 100

/** The annotation with one more. */
export const withHandled = ({ handled }: EventRun, id: string): string => [...handled, id].slice(-mostHandled).join(" ")

/** Whether what an event is about is of the repository that is asked about it. */
export const isOfItsPlace = (event: ForgeEvent): boolean => !("url" in event) || event.url.startsWith(`${event.page}/`)

/** By what the run of an event is looked for. */
export const workOf = (event: ForgeEvent): Work => {
  switch (event.tag) {
    case "PullRequest":
      return { pullRequest: event.url, branch: { repository: event.page, name: event.branch } }
    case "Comment":
    case "Review":
      return { pullRequest: event.url }
    case "Checks":
      return { commit: event.commit }
    case "Labelled":
      return {}
  }
}

/** Whether a run's own status says that the event is about its work; what an event says of a run proves nothing. */
export const isAbout = ({ spec, ...run }: CustomObject, event: ForgeEvent): boolean => {
  const url = statusText(run, "pullRequestUrl")
  const { repositoryUrl } = spec
  const isHere = url?.startsWith(`${event.page}/`) === true ||
    Predicate.isString(repositoryUrl) && repositoryIdentity(repositoryUrl) === repositoryIdentity(event.page)
  switch (event.tag) {
    case "PullRequest":
      return url === event.url || isHere && url === undefined && statusText(run, "branch") === event.branch
    case "Comment":
    case "Review":
      return url === event.url
    case "Checks":
      return isHere && statusText(run, "headCommit") === event.commit
    case "Labelled":
      return false
  }
}
