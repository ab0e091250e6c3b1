/** The payloads of GitLab's webhooks, of projects and of groups. An event that nothing follows from is undefined. */
import { PullRequestUrl } from "@orchestrator/domain/Reported"
import { Schema } from "effect"
import type { ForgeEvent, ForgePlace } from "./ForgeEvent.ts"
import { Commit, Id, isCommand, placeAt, read, Ref } from "./PayloadParts.ts"

const optional = Schema.optionalKey

const Login = Schema.String.check(Schema.isPattern(/^[\w.-]{1,255}$/))

const readBase = read(Schema.Struct({
  object_kind: Schema.String,
  user: Schema.Struct({ username: Login }),
  project: Schema.Struct({
    web_url: Schema.String,
    path_with_namespace: Schema.String.check(Schema.isPattern(/^[\w.-]{1,255}(?:\/[\w.-]{1,255}){1,20}$/)),
    git_http_url: Schema.String
  })
}))

/** Whose branch it is; none where a fork is gone. */
const Projects = { source_project_id: Schema.NullOr(Id), target_project_id: Id }

const readMergeRequest = read(Schema.Struct({
  object_attributes: Schema.Struct({
    ...Projects,
    iid: Id,
    url: PullRequestUrl,
    source_branch: Ref,
    action: optional(Schema.String),
    /** Where commits have come. */
    oldrev: optional(Schema.String)
  }),
  reviewers: optional(
    Schema.NullOr(Schema.Array(Schema.Struct({ username: Login, state: optional(Schema.NullOr(Schema.String)) })))
  )
}))

const readNote = read(Schema.Struct({
  object_attributes: Schema.Struct({
    id: Id,
    note: Schema.String,
    noteable_type: Schema.Literal("MergeRequest"),
    system: optional(Schema.Boolean),
    /** Of newer versions. */
    action: optional(Schema.NullOr(Schema.String))
  }),
  merge_request: Schema.Struct({ ...Projects, iid: Id })
}))

const readPipeline = read(Schema.Struct({
  object_attributes: Schema.Struct({ sha: Commit, status: Schema.String })
}))

const readIssue = read(Schema.Struct({
  object_attributes: Schema.Struct({
    iid: Id,
    url: Schema.String,
    state: Schema.Literal("opened"),
    action: Schema.Literals(["open", "reopen", "update"]),
    updated_at: Schema.String
  }),
  labels: Schema.Array(Schema.Struct({ title: Schema.String })),
  changes: optional(Schema.Struct({ labels: optional(Schema.Unknown) }))
}))

type Base = NonNullable<ReturnType<typeof readBase>>

/** Tokens of projects and groups have a user of their own, and GitLab has some: whoever obeys a program may obey itself. */
const isBot = (login: string): boolean => /^(?:project|group)_\d+_bot|-bot$/.test(login)

const ended: ReadonlySet<string> = new Set(["success", "failed", "canceled", "skipped"])

const isOwn = (projects: { readonly source_project_id: number | null; readonly target_project_id: number }): boolean =>
  projects.source_project_id === projects.target_project_id

const onMergeRequest = (payload: unknown, place: ForgePlace, author: string): ForgeEvent | undefined => {
  const { object_attributes: found, reviewers } = readMergeRequest(payload) ?? {}
  if (found === undefined || !isOwn(found)) return undefined
  const { action = "", iid: number, source_branch: branch, url } = found
  const isNews = /^(?:open|reopen|close|merge)$/.test(action) || (action === "update" && found.oldrev !== undefined)
  if (isNews) return { ...place, tag: "PullRequest", number, url, branch }
  const asks = reviewers?.some(({ state, username }) => username === author && state === "requested_changes") === true
  return asks && !isBot(author) ? { ...place, tag: "Review", number, url, author } : undefined
}

const onNote = (payload: unknown, place: ForgePlace, author: string): ForgeEvent | undefined => {
  const { merge_request: pull, object_attributes: note } = readNote(payload) ?? {}
  if (pull === undefined || note === undefined || !isOwn(pull) || isBot(author)) return undefined
  if (note.system === true || (note.action ?? "create") !== "create" || !isCommand(note.note)) return undefined
  const url = `${place.page}/-/merge_requests/${pull.iid}`
  return { ...place, tag: "Comment", number: pull.iid, url, id: note.id, author, text: note.note }
}

/** As RFC 3339 has it: some versions write `2026-01-01 00:00:00 UTC`. */
const timeOf = (text: string): string => text.replace(/^(\S+) (\S+) UTC$/, "$1T$2Z")

const onIssue = (payload: unknown, place: ForgePlace, { project, user }: Base): ForgeEvent | undefined => {
  const { changes, labels = [], object_attributes: issue } = readIssue(payload) ?? {}
  if (issue === undefined || isBot(user.username)) return undefined
  if (issue.action === "update" && changes?.labels === undefined) return undefined
  return {
    ...place,
    tag: "Labelled",
    number: issue.iid,
    url: issue.url,
    cloneUrl: project.git_http_url,
    labels: labels.map(({ title }) => title),
    author: user.username,
    at: timeOf(issue.updated_at)
  }
}

/** The payload itself says of which kind it is. */
export const gitLabEvent = (_event: string, payload: unknown): ForgeEvent | undefined => {
  const base = readBase(payload)
  const place = base === undefined ? undefined : placeAt(base.project.web_url, base.project.path_with_namespace)
  if (base === undefined || place === undefined) return undefined
  switch (base.object_kind) {
    case "merge_request":
      return onMergeRequest(payload, place, base.user.username)
    case "note":
      return onNote(payload, place, base.user.username)
    case "pipeline": {
      const { sha: commit, status = "" } = readPipeline(payload)?.object_attributes ?? {}
      return commit === undefined || !ended.has(status) ? undefined : { ...place, tag: "Checks", commit }
    }
    case "issue":
      return onIssue(payload, place, base)
    default:
      return undefined
  }
}
