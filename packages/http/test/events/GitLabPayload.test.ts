/** GitLab's payloads, in the form of its documentation: those that something follows from are read right, the others are left out. */
import { assert, describe, it } from "@effect/vitest"
import { gitLabEvent } from "../../src/events/GitLabPayload.ts"

const page = "https://gitlab.example.test/acme/group/api"
const sha = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"

const project = {
  id: 7,
  name: "api",
  web_url: page,
  git_http_url: `${page}.git`,
  path_with_namespace: "acme/group/api",
  default_branch: "main"
}
const user = { id: 1, name: "Ada", username: "ada", email: "[REDACTED]" }
const place = { host: "gitlab.example.test", repository: "acme/group/api", page }
const ends = { source_project_id: 7, target_project_id: 7 }

const mergeRequest = (attributes: object = {}, more: object = {}) => ({
  object_kind: "merge_request",
  event_type: "merge_request",
  user,
  project,
  object_attributes: {
    ...ends,
    id: 99,
    iid: 3,
    url: `${page}/-/merge_requests/3`,
    source_branch: "feature/task-7-implementation",
    target_branch: "main",
    state: "opened",
    action: "open",
    ...attributes
  },
  ...more
})

const note = (attributes: object = {}, more: object = {}) => ({
  object_kind: "note",
  event_type: "note",
  user,
  project,
  object_attributes: {
    id: 1244,
    note: "/agent retry use the other table",
    noteable_type: "MergeRequest",
    system: false,
    action: "create",
    url: `${page}/-/merge_requests/3#note_1244`,
    ...attributes
  },
  merge_request: { ...ends, id: 99, iid: 3 },
  ...more
})

const pipeline = (attributes: object = {}, more: object = {}) => ({
  object_kind: "pipeline",
  user,
  project,
  object_attributes: { id: 31, ref: "feature", sha, status: "failed", ...attributes },
  ...more
})

const issue = (attributes: object = {}, more: object = {}) => ({
  object_kind: "issue",
  event_type: "issue",
  user,
  project,
  object_attributes: {
    iid: 23,
    url: `${page}/-/issues/23`,
    state: "opened",
    action: "update",
    updated_at: "2026-01-01 12:00:00 UTC",
    ...attributes
  },
  labels: [{ id: 206, title: "agent" }],
  changes: { labels: { previous: [], current: [{ id: 206, title: "agent" }] } },
  ...more
})

const pull = { ...place, number: 3, url: `${page}/-/merge_requests/3` }
const opened = { ...pull, tag: "PullRequest", branch: "feature/task-7-implementation" }
const review = { ...pull, tag: "Review", author: "ada" }
const reviewers = [{ id: 1, username: "ada", state: "requested_changes" }]

describe("of GitLab's events", () => {
  it.each<{ name: string; given: unknown; want: object | string | undefined }>([
    { name: "a merge request that was opened", given: mergeRequest(), want: opened },
    { name: "one that was merged", given: mergeRequest({ action: "merge", state: "merged" }), want: opened },
    { name: "one with new commits", given: mergeRequest({ action: "update", oldrev: sha }), want: opened },
    { name: "one with another title", given: mergeRequest({ action: "update" }), want: undefined },
    { name: "one that was approved", given: mergeRequest({ action: "approved" }), want: undefined },
    { name: "one of a fork", given: mergeRequest({ source_project_id: 8 }), want: undefined },
    { name: "one whose fork is gone", given: mergeRequest({ source_project_id: null }), want: undefined },
    { name: "one at an address that is none", given: mergeRequest({ url: "javascript:alert(1)" }), want: undefined },
    { name: "a reviewer who asks for changes", given: mergeRequest({ action: "update" }, { reviewers }), want: review },
    {
      name: "somebody who changes one for which another one asks for changes",
      given: mergeRequest({ action: "update" }, { reviewers, user: { ...user, username: "bob" } }),
      want: undefined
    },
    {
      name: "a comment that says something to the agent",
      given: note(),
      want: { ...pull, tag: "Comment", id: 1244, author: "ada", text: "/agent retry use the other table" }
    },
    { name: "a comment of an older version", given: note({ action: undefined }), want: "Comment" },
    { name: "a comment that was edited", given: note({ action: "update" }), want: undefined },
    { name: "a comment for people", given: note({ note: "Nice. The /agent did it" }), want: undefined },
    { name: "what GitLab writes itself", given: note({ system: true }), want: undefined },
    { name: "a comment on an issue", given: note({ noteable_type: "Issue" }), want: undefined },
    {
      name: "a comment on a fork's",
      given: note({}, { merge_request: { ...ends, source_project_id: 8, iid: 3 } }),
      want: undefined
    },
    {
      name: "a comment of an access token's user",
      given: note({}, { user: { username: "project_7_bot_0a1b2c" } }),
      want: undefined
    },
    { name: "a comment of a group's token", given: note({}, { user: { username: "group_3_bot" } }), want: undefined },
    { name: "a pipeline that failed", given: pipeline(), want: { ...place, tag: "Checks", commit: sha } },
    { name: "one that passed", given: pipeline({ status: "success" }), want: { ...place, tag: "Checks", commit: sha } },
    { name: "one that is under way", given: pipeline({ status: "running" }), want: undefined },
    { name: "one of no commit", given: pipeline({ sha: "HEAD" }), want: undefined },
    {
      name: "an issue that was given a label",
      given: issue(),
      want: {
        ...place,
        tag: "Labelled",
        number: 23,
        url: `${page}/-/issues/23`,
        cloneUrl: `${page}.git`,
        labels: ["agent"],
        author: "ada",
        at: "2026-01-01T12:00:00Z"
      }
    },
    { name: "an issue that was opened with one", given: issue({ action: "open" }, { changes: {} }), want: "Labelled" },
    { name: "an issue with another title", given: issue({}, { changes: { title: {} } }), want: undefined },
    { name: "an issue that is closed", given: issue({ state: "closed" }), want: undefined },
    { name: "a push", given: { object_kind: "push", user, project }, want: undefined },
    {
      name: "a project at no page",
      given: pipeline({}, { project: { ...project, web_url: "file:///etc" } }),
      want: undefined
    },
    {
      name: "a project whose path leads elsewhere",
      given: pipeline({}, { project: { ...project, path_with_namespace: "acme" } }),
      want: undefined
    },
    { name: "a list", given: [], want: undefined },
    { name: "nothing", given: null, want: undefined }
  ])("$name", ({ given, want }) => {
    const event = gitLabEvent("Some Hook", JSON.parse(JSON.stringify(given)))
    if (typeof want === "string") assert.strictEqual(event?.tag, want)
    else assert.deepStrictEqual(event, want as typeof event)
  })
})
