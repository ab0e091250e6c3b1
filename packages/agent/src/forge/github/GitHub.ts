/** Pull requests and issues at GitHub and GitHub Enterprise Server. A repository that was renamed is followed at the same API. */
import { Effect, Schema } from "effect"
import type {
  Connection,
  ForgeAdapter,
  PullRequest,
  PullRequestOptions,
  Repository,
  RepositoryName
} from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import { type GitHubClient, makeGitHubClient } from "./GitHubClient.ts"
import { issuesAt } from "./GitHubIssues.ts"
import { GitHubPullRequest, GitHubRepository } from "./GitHubShapes.ts"

const PullRequests = Schema.Array(GitHubPullRequest)

const pullRequestOf = ({ body, head, html_url, merged_at, number, state }: GitHubPullRequest): PullRequest => ({
  id: number,
  url: html_url,
  state: state === "open" ? "open" : merged_at === null ? "closed" : "merged",
  body: body ?? "",
  branch: head.ref,
  commit: head.sha
})

const refusedWith = (words: RegExp) => ({ reason }: ForgeError): boolean =>
  reason._tag === "Refused" && words.test(reason.words)

const isDuplicate = refusedWith(/already exists/i)
const takesNoDraft = refusedWith(/draft/i)

const repositoryAt = (call: GitHubClient, name: RepositoryName): Repository => {
  const repository = `/repos/${name.owner}/${name.name}`

  const create = (options: PullRequestOptions, draft: boolean) =>
    call({
      operation: "open a pull request at",
      method: "POST",
      path: `${repository}/pulls`,
      body: { title: options.title, head: options.branch, base: options.base, body: options.part, draft },
      answer: GitHubPullRequest
    })

  /** What people see beside the pull request; without it the work is delivered all the same. */
  const decorate = (number: number, { labels, reviewers, teamReviewers }: PullRequestOptions) => {
    const optional = (operation: string, path: string, body: Readonly<Record<string, ReadonlyArray<string>>>) =>
      Object.values(body).every((names) => names.length === 0) ? Effect.void : call({
        operation,
        method: "POST",
        path: `${repository}${path}`,
        body,
        answer: Schema.Unknown
      }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))
    return Effect.all([
      optional("label", `/issues/${number}/labels`, { labels }),
      optional("ask for reviews at", `/pulls/${number}/requested_reviewers`, {
        reviewers,
        team_reviewers: teamReviewers
      })
    ], { discard: true })
  }

  return {
    name,
    ...issuesAt(call, repository),
    find: (branch) =>
      call({
        operation: "look for pull requests at",
        method: "GET",
        path: `${repository}/pulls?state=all&sort=created&direction=desc&per_page=30&head=${
          encodeURIComponent(`${name.owner}:${branch}`)
        }`,
        answer: PullRequests
      }).pipe(Effect.map((found) => found.map(pullRequestOf))),
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
    read: (id) =>
      call({
        operation: "read back the pull request at",
        method: "GET",
        path: `${repository}/pulls/${id}`,
        answer: GitHubPullRequest
      }).pipe(Effect.map(pullRequestOf))
  }
}

/** How often a repository may have been renamed on the way. */
const mostMoves = 3

const isMoved = ({ reason }: ForgeError): boolean => reason._tag === "Moved"
const pathOf = ({ reason }: ForgeError): string => (reason._tag === "Moved" ? reason.path : "")

const connect: ForgeAdapter["connect"] = (options, given): Connection => {
  const call = makeGitHubClient(options)
  let now = given
  const nameAt = (path: string, moves: number): Effect.Effect<RepositoryName, ForgeError> => {
    const [repository] = /^\/(?:repositories\/\d+|repos\/[\w.-]+\/[\w.-]+)(?![^/?])/.exec(path) ?? []
    if (repository === undefined || moves > mostMoves) {
      return Effect.fail(
        new ForgeError({ operation: "follow", ref: `${given.owner}/${given.name}`, reason: { _tag: "Moved", path } })
      )
    }
    return call({ operation: "look at", method: "GET", path: repository, answer: GitHubRepository }).pipe(
      Effect.map((answer): RepositoryName => {
        const [owner = "", name = ""] = answer.full_name.split("/")
        return { owner, name }
      }),
      Effect.catchIf(isMoved, (error) => nameAt(pathOf(error), moves + 1))
    )
  }
  const go = <A>(
    work: (repository: Repository) => Effect.Effect<A, ForgeError>,
    moves: number
  ): Effect.Effect<A, ForgeError> =>
    Effect.suspend(() => work(repositoryAt(call, now))).pipe(
      Effect.catchIf((error) => isMoved(error) && moves < mostMoves, (error) =>
        nameAt(pathOf(error), moves + 1).pipe(
          Effect.tap((next) =>
            Effect.logWarning(
              `${now.owner}/${now.name} is now ${next.owner}/${next.name}: update repositoryUrl before someone takes the old name`
            )
          ),
          Effect.flatMap((next) => {
            now = next
            return go(work, moves + 1)
          })
        ))
    )
  return (work) => go(work, 0)
}

export const gitHub: ForgeAdapter = {
  name: "GitHub",
  hosts: ({ githubHosts }) => ["github.com", ...Object.keys(githubHosts)],
  apiOf: (host, { githubHosts }) => {
    const configured = Object.hasOwn(githubHosts, host) ? githubHosts[host] : undefined
    if (configured !== undefined) return configured === "" ? `https://${host}/api/v3` : configured.replace(/\/+$/, "")
    return host === "github.com" || host === "ssh.github.com" ? "https://api.github.com" : undefined
  },
  connect
}
