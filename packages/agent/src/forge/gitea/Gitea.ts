/** Pull requests and issues at Gitea and Forgejo. A draft is a pull request whose title says so. */
import { Effect, Schema } from "effect"
import type { ForgeAdapter, PullRequest, Repository, RepositoryName } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { fileAt } from "../rest/Contents.ts"
import { decorateAt } from "../rest/Decoration.ts"
import { discussionsAt, statusesOf, together } from "../rest/Discussions.ts"
import { refusedWith } from "../rest/Problem.ts"
import { followingRenames } from "../rest/Renames.ts"
import { makeRestClient, type RestClient, type RestDialect } from "../rest/RestClient.ts"
import { issuesAt } from "./GiteaIssues.ts"
import { GiteaPullRequest } from "./GiteaShapes.ts"

const PullRequests = Schema.Array(GiteaPullRequest)

const branchOf = ({ label, ref }: GiteaPullRequest["head"]): string => ref.startsWith("refs/pull/") ? label : ref

const pullRequestOf = ({ body, head, html_url, merged, number, state }: GiteaPullRequest): PullRequest => ({
  id: number,
  url: html_url,
  state: state === "open" ? "open" : merged ? "merged" : "closed",
  body: body ?? "",
  branch: branchOf(head),
  commit: head.sha
})

const draftMark = "WIP: "

/** It lists pull requests by state, and not by branch: of those that are open all are looked at, of others the newest. */
const pageSize = 50
const pagesOf = { open: 40, closed: 4 } as const

const repositoryAt = (call: RestClient, name: RepositoryName): Repository => {
  const repository = `/repos/${name.owner}/${name.name}`

  const pages = (
    branch: string,
    state: keyof typeof pagesOf,
    page = 1
  ): Effect.Effect<ReadonlyArray<GiteaPullRequest>, ForgeError> =>
    call({
      operation: "look for pull requests at",
      method: "GET",
      path: `${repository}/pulls?state=${state}&sort=recentupdate&limit=${pageSize}&page=${page}`,
      answer: PullRequests
    }).pipe(
      Effect.flatMap((found) => {
        const ours = found.filter(({ base, head }) => branchOf(head) === branch && head.repo_id === base.repo_id)
        // A server may have a smaller page than was asked for: only an empty one is the last.
        return found.length === 0 || page === pagesOf[state]
          ? Effect.succeed(ours)
          : Effect.map(pages(branch, state, page + 1), (rest) => [...ours, ...rest])
      })
    )

  const get = (id: number) =>
    call({
      operation: "read back the pull request at",
      method: "GET",
      path: `${repository}/pulls/${id}`,
      answer: GiteaPullRequest
    })

  const patch = (id: number, body: Readonly<Record<string, string>>) =>
    call({
      operation: "update the pull request at",
      method: "PATCH",
      path: `${repository}/pulls/${id}`,
      body,
      answer: GiteaPullRequest
    })

  const decorate = decorateAt(call, repository)

  return {
    name,
    longestBody: 60_000,
    ...issuesAt(call, repository),
    ...discussionsAt(call, repository),
    file: fileAt(call, repository),
    checks: (commit) => Effect.map(statusesOf(call, repository, commit), together),
    look: (id) =>
      Effect.map(get(id), (pull) => ({
        ...pullRequestOf(pull),
        isFork: pull.head.repo_id !== pull.base.repo_id,
        isDraft: pull.draft
      })),
    markReady: Effect.fnUntraced(function*(id) {
      const { title } = yield* get(id)
      yield* patch(id, { title: title.replace(/^(?:\s*(?:WIP:|\[WIP\]))+\s*/i, "") || title })
    }),
    find: (branch) =>
      Effect.map(
        Effect.all([pages(branch, "open"), pages(branch, "closed")]),
        (found) => found.flat().toSorted((left, right) => right.number - left.number).map(pullRequestOf)
      ),
    open: (options) =>
      call({
        operation: "open a pull request at",
        method: "POST",
        path: `${repository}/pulls`,
        body: {
          title: options.draft ? `${draftMark}${options.title}` : options.title,
          head: options.branch,
          base: options.base,
          body: options.part
        },
        answer: GiteaPullRequest
      }).pipe(
        Effect.tap(({ number }) => decorate(number, options)),
        Effect.map(pullRequestOf)
      ),
    isDuplicate: refusedWith(/already exists/i),
    update: (id, body) => patch(id, { body }),
    read: (id) => Effect.map(get(id), pullRequestOf)
  }
}

const dialect: RestDialect = {
  name: "Gitea",
  headers: { accept: "application/json" },
  setting: "forge.hosts",
  forbiddenAdvice: (words) =>
    /archived/i.test(words)
      ? "the repository is archived and read-only: unarchive it, or use another one"
      : "the token needs the scopes write:repository and write:issue, and its owner write access",
  refusedAdvice: (words) => /archived/i.test(words) ? "; unarchive the repository, or use another one" : ""
}

export const adapter: ForgeAdapter = {
  connect: (options, name) => followingRenames(makeRestClient(dialect, options), name, repositoryAt)
}
