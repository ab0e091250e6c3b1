/** Merge requests and issues at GitLab. A project is asked by its number, which stays whatever its name becomes; a draft's title says so. */
import { Effect, Schema } from "effect"
import type {
  Connection,
  ForgeAdapter,
  ForgeOptions,
  PullRequest,
  PullRequestOptions,
  Repository,
  RepositoryName
} from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import { fileReader, fromBase64, operation } from "../rest/Contents.ts"
import { ownPages } from "../rest/Discussions.ts"
import { logTail } from "../rest/LogTail.ts"
import { refusedWith } from "../rest/Problem.ts"
import { lookedUp, lookFollowing } from "../rest/Renames.ts"
import { makeRestClient, type RestClient } from "../rest/RestClient.ts"
import { gitLabDialect } from "./GitLabDialect.ts"
import { discussionsAt } from "./GitLabDiscussions.ts"
import { issuesAt } from "./GitLabIssues.ts"
import { GitLabFile, GitLabMergeRequest, GitLabProject, GitLabUsers } from "./GitLabShapes.ts"

const MergeRequests = Schema.Array(GitLabMergeRequest)

const states = { opened: "open", locked: "open", merged: "merged", closed: "closed" } as const

const pullRequestOf = ({ description, iid, sha, source_branch, state, web_url }: GitLabMergeRequest): PullRequest => ({
  id: iid,
  url: web_url,
  state: states[state],
  body: description ?? "",
  branch: source_branch,
  commit: sha ?? ""
})

const isFork = ({ source_project_id, target_project_id }: GitLabMergeRequest): boolean =>
  source_project_id !== target_project_id

const pageSize = 50

const draftMark = "Draft: "
const asReady = (title: string): string => title.replace(/^(?:\s*(?:\[?draft\]?:?|\(draft\))\s*)+/i, "") || title

const repositoryAt = (options: ForgeOptions, call: RestClient, name: RepositoryName, project: string): Repository => {
  const mergeRequests = `${project}/merge_requests`
  const get = (id: number) =>
    call({
      operation: "read back the merge request at",
      method: "GET",
      path: `${mergeRequests}/${id}`,
      answer: GitLabMergeRequest
    })
  const put = (id: number, body: Readonly<Record<string, string>>) =>
    call({
      operation: "update the merge request at",
      method: "PUT",
      path: `${mergeRequests}/${id}`,
      body,
      answer: GitLabMergeRequest
    })

  /** People are known by numbers, and only those that may see the project can be asked. */
  const idOf = (login: string) =>
    call({
      operation: "look for a reviewer at",
      method: "GET",
      path: `/users?username=${encodeURIComponent(login)}`,
      answer: GitLabUsers
    }).pipe(
      Effect.map((users) => users.filter(({ username }) => username.toLowerCase() === login.toLowerCase())),
      Effect.tap((found) => found.length > 0 ? Effect.void : Effect.logWarning(`there is no user ${login} to review`)),
      Effect.map((found) => found.map(({ id }) => id))
    )

  const askReviewers = ({ reviewers, teamReviewers }: PullRequestOptions, id: number) =>
    Effect.gen(function*() {
      if (teamReviewers.length > 0) yield* Effect.logWarning("GitLab asks no groups for reviews: see approval rules")
      const ids = (yield* Effect.forEach(reviewers, idOf)).flat()
      if (ids.length === 0) return
      yield* call({
        operation: "ask for reviews at",
        method: "PUT",
        path: `${mergeRequests}/${id}`,
        body: { reviewer_ids: ids },
        answer: Schema.Unknown
      })
    }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

  return {
    name,
    // 1 MiB of its own.
    longestBody: 500_000,
    ...issuesAt(call, project),
    ...discussionsAt(call, logTail(options), project),
    file: fileReader((path, branch) =>
      call({
        operation,
        method: "GET",
        path: `${project}/repository/files/${path.replaceAll("/", "%2F")}?ref=${encodeURIComponent(branch)}`,
        answer: GitLabFile
      }).pipe(Effect.flatMap((found) => fromBase64(path, found)))
    ),
    look: (id) =>
      Effect.map(get(id), (found) => ({
        ...pullRequestOf(found),
        isFork: isFork(found),
        isDraft: found.draft === true
      })),
    markReady: Effect.fnUntraced(function*(id) {
      const { title } = yield* get(id)
      yield* put(id, { title: asReady(title) })
    }),
    find: (branch) =>
      ownPages(pageSize, isFork, (page) =>
        call({
          operation: "look for merge requests at",
          method: "GET",
          path: `${mergeRequests}?state=all&order_by=created_at&sort=desc&per_page=${pageSize}&page=${page}`
            + `&source_branch=${encodeURIComponent(branch)}`,
          answer: MergeRequests
        })).pipe(Effect.map((own) => own.map(pullRequestOf))),
    open: (wanted) =>
      call({
        operation: "open a merge request at",
        method: "POST",
        path: mergeRequests,
        body: {
          title: wanted.draft ? `${draftMark}${wanted.title}` : wanted.title,
          source_branch: wanted.branch,
          target_branch: wanted.base,
          description: wanted.part,
          ...(wanted.labels.length === 0 ? {} : { labels: wanted.labels.join(",") })
        },
        answer: GitLabMergeRequest
      }).pipe(
        Effect.tap(({ iid }) => askReviewers(wanted, iid)),
        Effect.map(pullRequestOf)
      ),
    isDuplicate: refusedWith(/already exists/i),
    update: (id, body) => put(id, { description: body }),
    read: (id) => Effect.map(get(id), pullRequestOf)
  }
}

const nameOf = ({ path_with_namespace: path }: typeof GitLabProject.Type): RepositoryName => {
  const cut = path.lastIndexOf("/")
  return { owner: path.slice(0, cut), name: path.slice(cut + 1) }
}

/** A project that was renamed is sent on to by its number, at the same API. */
const projectAt = (call: RestClient, given: RepositoryName) => {
  const { name, owner } = given
  return lookFollowing(given, `/projects/${encodeURIComponent(`${owner}/${name}`)}`, {
    look: (path) => call({ operation: "look at", method: "GET", path, answer: GitLabProject }),
    nameOf,
    place: /^\/projects\/\d+(?![^/?])/
  }).pipe(
    Effect.tap(({ archived, merge_requests_access_level: access }) => {
      const words = archived === true
        ? "it is archived and read-only: unarchive it, or use another one"
        : access === "disabled"
        ? "merge requests are switched off: enable them in the project's settings"
        : undefined
      return words === undefined
        ? Effect.void
        : new ForgeError({ operation: "work on", ref: `${owner}/${name}`, reason: { _tag: "Refused", words } })
    })
  )
}

const connect = (options: ForgeOptions, given: RepositoryName): Connection => {
  const call = makeRestClient(gitLabDialect, options)
  return lookedUp(
    Effect.map(
      projectAt(call, given),
      (project) => repositoryAt(options, call, nameOf(project), `/projects/${project.id}`)
    )
  )
}

export const adapter: ForgeAdapter = { connect }
