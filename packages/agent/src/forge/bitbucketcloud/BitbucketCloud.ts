/** Pull requests at Bitbucket Cloud. What is changed of one is sent with what it had: what is not sent goes. */
import { Effect, Schema } from "effect"
import type { ForgeAdapter, PullRequest, PullRequestOptions, Repository, RepositoryName } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { fileReader, operation } from "../rest/Contents.ts"
import { ownPages } from "../rest/Discussions.ts"
import { refusedWith } from "../rest/Problem.ts"
import { followingRenames } from "../rest/Renames.ts"
import { makeRestClient, type RestClient } from "../rest/RestClient.ts"
import { bitbucketDialect } from "./BitbucketCloudDialect.ts"
import { discussionsAt } from "./BitbucketCloudDiscussions.ts"
import { issuesAt } from "./BitbucketCloudIssues.ts"
import {
  type BitbucketAccount,
  BitbucketBranches,
  BitbucketCommit,
  BitbucketEntry,
  BitbucketMembers,
  BitbucketPullRequest,
  BitbucketPullRequests
} from "./BitbucketCloudShapes.ts"

const states = { OPEN: "open", MERGED: "merged", DECLINED: "closed", SUPERSEDED: "closed" } as const

const pullRequestOf = ({ id, links, source, state, summary }: BitbucketPullRequest): PullRequest => ({
  id,
  url: links.html.href,
  state: states[state],
  body: summary?.raw ?? "",
  branch: source.branch.name,
  commit: source.commit?.hash ?? ""
})

const isFork = ({ destination, source }: BitbucketPullRequest): boolean =>
  source.repository?.full_name === undefined || source.repository.full_name !== destination.repository?.full_name

const pageSize = 50

const anyState = Object.keys(states).map((state) => `&state=${state}`).join("")

/** Names have no quotes in them at git. */
const quoted = (text: string): string => encodeURIComponent(`"${text.replace(/["\\]/g, "")}"`)

const repositoryAt = (call: RestClient, name: RepositoryName): Repository => {
  const repository = `/repositories/${name.owner}/${name.name}`
  const pullRequests = `${repository}/pullrequests`

  const get = (id: number) =>
    call({
      operation: "read back the pull request at",
      method: "GET",
      path: `${pullRequests}/${id}`,
      answer: BitbucketPullRequest
    })

  /** Pull requests show the beginning of a commit's hash; the agent chooses its commits, so that the whole of it counts. */
  const whole = (pull: PullRequest): Effect.Effect<PullRequest, ForgeError> =>
    /^[0-9a-f]{7,39}$/.test(pull.commit)
      ? call({
        operation: "look at the commit at",
        method: "GET",
        path: `${repository}/commit/${pull.commit}`,
        answer: BitbucketCommit
      }).pipe(Effect.map(({ hash }) => ({ ...pull, commit: hash })))
      : Effect.succeed(pull)

  const change = Effect.fnUntraced(function*(id: number, fields: Readonly<Record<string, Schema.Json>>) {
    const { reviewers = [], summary, title } = yield* get(id)
    const kept = reviewers.flatMap(({ uuid }) => uuid === undefined ? [] : [{ uuid }])
    return yield* call({
      operation: "update the pull request at",
      method: "PUT",
      path: `${pullRequests}/${id}`,
      body: { title, description: summary?.raw ?? "", reviewers: kept, ...fields },
      answer: BitbucketPullRequest
    })
  })

  const members = (page: number): Effect.Effect<ReadonlyArray<BitbucketAccount>, ForgeError> =>
    call({
      operation: "look for reviewers at",
      method: "GET",
      path: `/workspaces/${name.owner}/members?pagelen=100&page=${page}`,
      answer: BitbucketMembers
    }).pipe(
      Effect.map(({ values }) => values.map(({ user }) => user)),
      Effect.flatMap((found) =>
        found.length < 100 || page === 10
          ? Effect.succeed(found)
          : Effect.map(members(page + 1), (rest) => [...found, ...rest])
      )
    )

  const askReviewers = ({ reviewers, teamReviewers }: PullRequestOptions, id: number) =>
    Effect.gen(function*() {
      if (teamReviewers.length > 0) {
        yield* Effect.logWarning("Bitbucket asks no teams for reviews: use default reviewers")
      }
      if (reviewers.length === 0) return
      const byName = reviewers.some((each) => !/^\{.*\}$|:/.test(each)) ? yield* members(1) : []
      const found = reviewers.flatMap((each): ReadonlyArray<Readonly<Record<string, string>>> => {
        if (/^\{.*\}$/.test(each)) return [{ uuid: each }]
        if (each.includes(":")) return [{ account_id: each }]
        return byName.filter(({ nickname }) => nickname === each).slice(0, 1).flatMap(({ uuid }) =>
          uuid === undefined ? [] : [{ uuid }]
        )
      })
      if (found.length < reviewers.length) yield* Effect.logWarning("not every reviewer is a member of the workspace")
      if (found.length > 0) yield* change(id, { reviewers: found })
    }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

  return {
    name,
    // 32 Ki characters of its own.
    longestBody: 30_000,
    ...issuesAt(call, repository, name.owner),
    ...discussionsAt(call, repository, get),
    // By the commit of the branch: a branch's name may have slashes, and where it ends nobody knows.
    file: fileReader(Effect.fnUntraced(function*(path, branch) {
      const { values: [found] } = yield* call({
        operation,
        method: "GET",
        path: `${repository}/refs/branches?q=name%3D${quoted(branch)}&pagelen=1`,
        answer: BitbucketBranches
      })
      if (found === undefined) return undefined
      const source = `${repository}/src/${found.target.hash}/${path}`
      const { type } = yield* call({
        operation,
        method: "GET",
        path: `${source}?format=meta`,
        answer: BitbucketEntry
      })
      if (type !== "commit_file") return undefined
      return yield* call({ operation, method: "GET", path: source, answer: Schema.String, isText: true })
    })),
    look: (id) =>
      Effect.map(get(id), (found) => ({
        ...pullRequestOf(found),
        isFork: isFork(found),
        isDraft: found.draft === true
      })),
    markReady: (id) => Effect.asVoid(change(id, { draft: false })),
    find: (branch) =>
      ownPages(pageSize, isFork, (page) =>
        call({
          operation: "look for pull requests at",
          method: "GET",
          path: `${pullRequests}?q=source.branch.name%3D${quoted(branch)}${anyState}&sort=-created_on`
            + `&pagelen=${pageSize}&page=${page}`,
          answer: BitbucketPullRequests
        }).pipe(Effect.map(({ values }) => values))).pipe(
          Effect.map((own) => own.map(pullRequestOf)),
          Effect.flatMap(Effect.forEach((each) => each.state === "merged" ? whole(each) : Effect.succeed(each)))
        ),
    open: (wanted) =>
      call({
        operation: "open a pull request at",
        method: "POST",
        path: pullRequests,
        body: {
          title: wanted.title,
          description: wanted.part,
          source: { branch: { name: wanted.branch } },
          destination: { branch: { name: wanted.base } },
          draft: wanted.draft,
          close_source_branch: false
        },
        answer: BitbucketPullRequest
      }).pipe(
        Effect.tap(() =>
          wanted.labels.length === 0 ? Effect.void : Effect.logWarning("Bitbucket has no labels for pull requests")
        ),
        Effect.tap(({ id }) => askReviewers(wanted, id)),
        Effect.map(pullRequestOf)
      ),
    isDuplicate: refusedWith(/already (?:exists|open)|only one pull request/i),
    update: (id, body) => change(id, { description: body }),
    read: (id) => Effect.flatMap(get(id), (found) => whole(pullRequestOf(found)))
  }
}

export const adapter: ForgeAdapter = {
  connect: (options, name) => followingRenames(makeRestClient(bitbucketDialect, options), name, repositoryAt)
}
