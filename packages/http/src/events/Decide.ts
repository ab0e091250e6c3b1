/** What follows from an event for the run that it is about. Pure: what the forge says now was asked before. */
import { pullRequestAnnotation, pullRequestText } from "@orchestrator/domain/PullRequestFact"
import type { ForgeChecks, ForgePullRequest, ForgeReview } from "../services/ForgeApi.ts"
import { commandIn } from "./Command.ts"
import { checkAttemptsAnnotation, type EventRun, handledAnnotation, withHandled } from "./EventRun.ts"
import type { EventOf, ForgeEvent } from "./ForgeEvent.ts"
import { checksPrompt, reviewPrompt } from "./Prompts.ts"

export interface EventRules {
  /** Whether a review that asks for changes starts the next attempt. */
  readonly reviews: boolean
  /** So many attempts, at most, that failing checks start. */
  readonly checkAttempts: number
}

/** What the forge says of the object that the event is about. */
export type ForgeFacts =
  | { readonly tag: "PullRequest"; readonly pullRequest: ForgePullRequest }
  | { readonly tag: "Comment"; readonly mayWrite: boolean }
  | { readonly tag: "Review"; readonly mayWrite: boolean; readonly review: ForgeReview | undefined }
  | { readonly tag: "Checks"; readonly checks: ForgeChecks; readonly pullRequest: ForgePullRequest | undefined }

export type Answer =
  | "retry"
  | "cancel"
  | "status"
  | "plan"
  | "busy"
  | "over"
  | "unknown"
  | "review"
  | "checks"
  | "ready"
  | "spent"

export type Decision =
  | { readonly tag: "ignore"; readonly why: string }
  /** Not now: the run is at work. */
  | { readonly tag: "later"; readonly why: string }
  | {
    readonly tag: "change"
    readonly annotations: Readonly<Record<string, string>>
    readonly spec?: object
    /** Who asked; undefined: what is known of who asked stays. */
    readonly by?: string
    readonly answer?: { readonly number: number; readonly what: Answer }
    readonly ready?: number
  }

const ignore = (why: string): Decision => ({ tag: "ignore", why })

const retry = ({ version }: EventRun, promptModification: string) => ({
  contextVersion: version + 1,
  cancel: false,
  ...(promptModification === "" ? {} : { promptModification })
})

const onPullRequest = (run: EventRun, { isFork, state, url }: ForgePullRequest): Decision => {
  if (isFork) return ignore("the pull request is a fork's")
  const text = pullRequestText({ url, state })
  return run.run.metadata.annotations?.[pullRequestAnnotation] === text
    ? ignore("it is known")
    : { tag: "change", annotations: { [pullRequestAnnotation]: text } }
}

const onComment = (run: EventRun, event: EventOf<"Comment">, mayWrite: boolean): Decision => {
  const { author, host, number } = event
  const id = `comment-${event.id}`
  const command = commandIn(event.text)
  if (command === undefined) return ignore("it asks for nothing")
  if (run.handled.includes(id)) return ignore("it was done before")
  if (!mayWrite) return ignore(`${author} may not write to the repository`)
  const done = (what: Answer, spec?: object): Decision => ({
    tag: "change",
    annotations: { [handledAnnotation]: withHandled(run, id) },
    answer: { number, what },
    ...(spec === undefined ? {} : { spec, by: `${host}/${author}` })
  })
  switch (command.verb) {
    case "retry":
      return run.isOver ? done("retry", retry(run, command.hint)) : done("busy")
    case "cancel":
      return run.isOver ? done("over") : done("cancel", { cancel: true, cancelVersion: run.version })
    case "status":
    case "plan":
      return done(command.verb)
    case undefined:
      return done("unknown")
  }
}

const onReview = (
  run: EventRun,
  event: EventOf<"Review">,
  { mayWrite, review }: Extract<ForgeFacts, { tag: "Review" }>,
  rules: EventRules
): Decision => {
  const { author, host, number, url } = event
  if (!rules.reviews) return ignore("events.reviews is false")
  if (!mayWrite) return ignore(`${author} may not write to the repository`)
  if (review === undefined) return ignore("the review asks for no changes any more")
  const id = `review-${review.id}`
  if (run.handled.includes(id)) return ignore("it was done before")
  if (!run.isOver) return { tag: "later", why: `the run is ${run.phase}` }
  return {
    tag: "change",
    annotations: { [handledAnnotation]: withHandled(run, id) },
    spec: retry(run, reviewPrompt(review, url)),
    by: `${host}/${author}`,
    answer: { number, what: "review" }
  }
}

const onChecks = (
  run: EventRun,
  { commit, host }: EventOf<"Checks">,
  { checks, pullRequest }: Extract<ForgeFacts, { tag: "Checks" }>,
  rules: EventRules
): Decision => {
  if (rules.checkAttempts === 0) return ignore("events.checkAttempts is 0")
  if (pullRequest === undefined || pullRequest.isFork || pullRequest.state !== "open") {
    return ignore("no open pull request")
  }
  if (pullRequest.commit !== commit) return ignore("the pull request shows another commit by now")
  if (checks.state === "pending" || checks.state === "none") return ignore("not all checks have ended")
  if (!run.isOver) return { tag: "later", why: `the run is ${run.phase}` }
  const id = `${checks.state}-${commit}`
  if (run.handled.includes(id)) return ignore("it was done before")
  const handled = { [handledAnnotation]: withHandled(run, id) }
  const answer = (what: Answer) => ({ number: pullRequest.number, what })
  if (checks.state === "passed") {
    return run.checkAttempts === 0 && !pullRequest.isDraft
      ? ignore("the checks have passed")
      : {
        tag: "change",
        annotations: handled,
        answer: answer("ready"),
        ...(pullRequest.isDraft ? { ready: pullRequest.number } : {})
      }
  }
  return run.checkAttempts >= rules.checkAttempts
    ? { tag: "change", annotations: handled, answer: answer("spent") }
    : {
      tag: "change",
      annotations: { ...handled, [checkAttemptsAnnotation]: String(run.checkAttempts + 1) },
      spec: retry(run, checksPrompt(checks, commit)),
      by: `${host}/checks`,
      answer: answer("checks")
    }
}

export const decide = (run: EventRun, event: ForgeEvent, facts: ForgeFacts, rules: EventRules): Decision => {
  switch (event.tag) {
    case "PullRequest":
      return facts.tag === "PullRequest" ? onPullRequest(run, facts.pullRequest) : ignore("nothing is known of it")
    case "Comment":
      return facts.tag === "Comment" ? onComment(run, event, facts.mayWrite) : ignore("nothing is known of it")
    case "Review":
      return facts.tag === "Review" ? onReview(run, event, facts, rules) : ignore("nothing is known of it")
    case "Checks":
      return facts.tag === "Checks" ? onChecks(run, event, facts, rules) : ignore("nothing is known of it")
    case "Labelled":
      return ignore("it is about no run")
  }
}
