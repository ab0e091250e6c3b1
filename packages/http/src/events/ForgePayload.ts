/**
 * The payloads of GitHub's webhooks, and of Gitea's and Forgejo's, which are made after them: only what is used is read, with the narrowest
 * types. An event that nothing follows from is undefined.
 */
import { PullRequestUrl } from "@orchestrator/domain/Reported"
import { Schema } from "effect"
import type { ForgeEvent, ForgePlace } from "./ForgeEvent.ts"
import { Commit, Id, isCommand, placeAt, read, Ref } from "./PayloadParts.ts"

const Login = Schema.String.check(Schema.isPattern(/^[\w.-]{1,100}(?:\[bot\])?$/))
const User = Schema.Struct({ login: Login, type: Schema.optionalKey(Schema.String) })

const Base = Schema.Struct({
  action: Schema.optionalKey(Schema.String),
  repository: Schema.Struct({
    full_name: Schema.String.check(Schema.isPattern(/^[\w.-]{1,100}\/[\w.-]{1,100}$/)),
    html_url: Schema.String,
    clone_url: Schema.String
  }),
  sender: User
})

const End = Schema.Struct({
  ref: Ref,
  repo: Schema.NullOr(Schema.Struct({ id: Id }))
})
const PullRequest = Schema.Struct({
  pull_request: Schema.Struct({ number: Id, html_url: PullRequestUrl, head: End, base: End })
})

const Comment = Schema.Struct({
  issue: Schema.Struct({
    number: Id,
    html_url: Schema.String,
    pull_request: Schema.optionalKey(Schema.NullOr(Schema.Struct({ html_url: PullRequestUrl })))
  }),
  comment: Schema.Struct({ id: Id, body: Schema.String, user: User })
})

/** GitHub names the state; Gitea says it with the event's name and the type. */
const Review = Schema.Struct({
  review: Schema.Struct({
    state: Schema.optionalKey(Schema.NullOr(Schema.String)),
    type: Schema.optionalKey(Schema.String),
    body: Schema.optionalKey(Schema.NullOr(Schema.String)),
    content: Schema.optionalKey(Schema.NullOr(Schema.String)),
    id: Schema.optionalKey(Id)
  })
})

const Status = Schema.Struct({ sha: Commit })
const CheckSuite = Schema.Struct({ check_suite: Schema.Struct({ head_sha: Commit }) })
const CheckRun = Schema.Struct({ check_run: Schema.Struct({ head_sha: Commit }) })

const Labelled = Schema.Struct({
  issue: Schema.Struct({
    number: Id,
    html_url: Schema.String,
    state: Schema.Literal("open"),
    labels: Schema.Array(Schema.Struct({ name: Schema.String })),
    updated_at: Schema.String,
    pull_request: Schema.optionalKey(Schema.Null)
  })
})

const readBase = read(Base)
const readPullRequest = read(PullRequest)
const readComment = read(Comment)
const readReview = read(Review)
const readStatus = read(Status)
const readCheckSuite = read(CheckSuite)
const readCheckRun = read(CheckRun)
const readLabelled = read(Labelled)

/** Programs write too: whoever obeys them may obey itself. */
const isBot = ({ login, type }: typeof User.Type): boolean => type === "Bot" || login.endsWith("[bot]")

/** What writes in a pull request of another repository's branch is about nothing of ours. */
const ownPullRequest = (payload: unknown) => {
  const pull = readPullRequest(payload)?.pull_request
  return pull?.head.repo?.id === undefined || pull.head.repo.id !== pull.base.repo?.id ? undefined : pull
}

const wantsChanges = (event: string, payload: unknown): boolean => {
  const review = readReview(payload)?.review
  return review?.state?.toLowerCase() === "changes_requested" || event.endsWith("rejected") ||
    review?.type === "pull_request_review_rejected"
}

const reviewEvent = (
  event: string,
  payload: unknown,
  place: ForgePlace,
  { login: author }: typeof User.Type
): ForgeEvent | undefined => {
  const pull = ownPullRequest(payload)
  if (pull === undefined) return undefined
  const { html_url: url, number } = pull
  const { body, content, id } = readReview(payload)?.review ?? {}
  const text = body ?? content ?? ""
  if (isCommand(text) && id !== undefined) return { ...place, tag: "Comment", number, url, id, author, text }
  return wantsChanges(event, payload) ? { ...place, tag: "Review", number, url, author } : undefined
}

/** `event` as the header names it. */
export const forgeEvent = (event: string, payload: unknown): ForgeEvent | undefined => {
  const base = readBase(payload)
  const place = base === undefined ? undefined : placeAt(base.repository.html_url, base.repository.full_name)
  if (base === undefined || place === undefined) return undefined
  const { action = "", repository, sender } = base
  switch (event) {
    case "pull_request": {
      const pull = ownPullRequest(payload)
      const isNews = /^(?:opened|reopened|closed|synchronized?)$/.test(action)
      return pull === undefined || !isNews
        ? undefined
        : { ...place, tag: "PullRequest", number: pull.number, url: pull.html_url, branch: pull.head.ref }
    }
    case "issue_comment": {
      const { comment, issue } = readComment(payload) ?? {}
      const url = issue?.pull_request?.html_url
      if (comment === undefined || issue === undefined || url === undefined || action !== "created") return undefined
      if (isBot(sender) || isBot(comment.user) || !isCommand(comment.body)) return undefined
      const { body: text, id, user: { login: author } } = comment
      return { ...place, tag: "Comment", number: issue.number, url, id, author, text }
    }
    case "pull_request_review":
    case "pull_request_rejected":
    case "pull_request_review_rejected":
      return isBot(sender) || !/^(?:submitted|reviewed)$/.test(action)
        ? undefined
        : reviewEvent(event, payload, place, sender)
    case "status": {
      const commit = readStatus(payload)?.sha
      return commit === undefined ? undefined : { ...place, tag: "Checks", commit }
    }
    case "check_suite":
    case "check_run": {
      const commit = readCheckSuite(payload)?.check_suite.head_sha ?? readCheckRun(payload)?.check_run.head_sha
      return commit === undefined || action !== "completed" ? undefined : { ...place, tag: "Checks", commit }
    }
    case "issues": {
      const issue = readLabelled(payload)?.issue
      if (issue === undefined || isBot(sender) || !/^(?:labeled|label_updated)$/.test(action)) return undefined
      return {
        ...place,
        tag: "Labelled",
        number: issue.number,
        url: issue.html_url,
        cloneUrl: repository.clone_url,
        labels: issue.labels.map(({ name }) => name),
        author: sender.login,
        at: issue.updated_at
      }
    }
    default:
      return undefined
  }
}
