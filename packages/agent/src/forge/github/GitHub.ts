/** Pull requests and issues at GitHub and GitHub Enterprise Server. A repository that was renamed is followed at the same API. */
import { Effect, Schema } from "effect"
import type {
  ForgeAdapter,
  ForgeOptions,
  PullRequest,
  PullRequestOptions,
  Repository,
  RepositoryName
} from "../ForgeAdapter.ts"
import { fileAt } from "../rest/Contents.ts"
import { decorateAt } from "../rest/Decoration.ts"
import { discussionsAt } from "../rest/Discussions.ts"
import { logTail } from "../rest/LogTail.ts"
import { refusedWith } from "../rest/Problem.ts"
import { followingRenames } from "../rest/Renames.ts"
import { makeRestClient, type RestClient, type RestDialect } from "../rest/RestClient.ts"
import { forbiddenAdvice, refusedAdvice } from "./Advice.ts"
import { checksAt } from "./GitHubChecks.ts"
import { issuesAt } from "./GitHubIssues.ts"
import { GitHubPullRequest } from "./GitHubShapes.ts"
import { markReadyAt } from "./ReadyForReview.ts"

const PullRequests = Schema.Array(GitHubPullRequest)

const pullRequestOf = ({ body, head, html_url, merged_at, number, state }: GitHubPullRequest): PullRequest => ({
  id: number,
  url: html_url,
  state: state === "open" ? "open" : merged_at === null ? "closed" : "merged",
  body: body ?? "",
  branch: head.ref,
  commit: head.sha
})

const isFork = ({ base, head }: GitHubPullRequest): boolean =>
  head.repo?.full_name === undefined || head.repo.full_name !== base.repo?.full_name

/** 65,536 of its own, with room for what people write around our part. */
const longestBody = 60_000

const isDuplicate = refusedWith(/already exists/i)
const takesNoDraft = refusedWith(/draft/i)

const repositoryAt = (options: ForgeOptions) => (call: RestClient, name: RepositoryName): Repository => {
  const repository = `/repos/${name.owner}/${name.name}`

  const create = (options: PullRequestOptions, draft: boolean) =>
    call({
      operation: "open a pull request at",
      method: "POST",
      path: `${repository}/pulls`,
      body: { title: options.title, head: options.branch, base: options.base, body: options.part, draft },
      answer: GitHubPullRequest
    })

  const get = (id: number) =>
    call({
      operation: "read back the pull request at",
      method: "GET",
      path: `${repository}/pulls/${id}`,
      answer: GitHubPullRequest
    })

  const decorate = decorateAt(call, repository)

  return {
    name,
    longestBody,
    ...issuesAt(call, repository),
    ...discussionsAt(call, repository),
    file: fileAt(call, repository),
    checks: checksAt(call, logTail(options), repository),
    look: (id) =>
      Effect.map(get(id), (pull) => ({
        ...pullRequestOf(pull),
        isFork: isFork(pull),
        isDraft: pull.draft === true
      })),
    markReady: Effect.fnUntraced(function*(id) {
      const { draft, node_id = "" } = yield* get(id)
      if (draft === true) yield* markReadyAt(call, options.api)(`${repository}/pulls/${id}`, node_id)
    }),
    find: (branch) =>
      call({
        operation: "look for pull requests at",
        method: "GET",
        path: `${repository}/pulls?state=all&sort=created&direction=desc&per_page=30&head=${
          encodeURIComponent(`${name.owner}:${branch}`)
        }`,
        answer: PullRequests
        // An organization may have forks of its own repositories.
      }).pipe(Effect.map((found) => found.filter((each) => !isFork(each)).map(pullRequestOf))),
    open: (options) =>
      create(options, options.draft).pipe(
        Effect.catchIf((error) => options.draft && takesNoDraft(error), () => create(options, false)),
        Effect.tap(({ number }) => decorate(number, options)),
        Effect.map(pullRequestOf)
      ),
    isDuplicate,
    update: (id, body) =>
      call({
        operation: "update the pull request at",
        method: "PATCH",
        path: `${repository}/pulls/${id}`,
        body: { body },
        answer: GitHubPullRequest
      }),
    read: (id) => Effect.map(get(id), pullRequestOf)
  }
}

export const gitHubDialect: RestDialect = {
  name: "GitHub",
  headers: { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" },
  setting: "forge.hosts",
  forbiddenAdvice,
  refusedAdvice
}

export const adapter: ForgeAdapter = {
  connect: (options, name) => followingRenames(makeRestClient(gitHubDialect, options), name, repositoryAt(options))
}
