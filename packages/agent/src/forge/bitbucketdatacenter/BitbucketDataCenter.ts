/** Pull requests at Bitbucket Data Center. Whoever changes one says which version was seen, and sends what it keeps: what is not sent goes. */
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
import { fileReader, operation } from "../rest/Contents.ts"
import { refusedWith } from "../rest/Problem.ts"
import { lookedUp, lookFollowing } from "../rest/Renames.ts"
import { makeRestClient, type RestClient } from "../rest/RestClient.ts"
import { dataCenterDialect } from "./BitbucketDataCenterDialect.ts"
import { discussionsAt } from "./BitbucketDataCenterDiscussions.ts"
import { DataCenterPullRequest, DataCenterPullRequests, DataCenterRepository } from "./BitbucketDataCenterShapes.ts"

const states = { OPEN: "open", MERGED: "merged", DECLINED: "closed" } as const

const heads = "refs/heads/"

const pullRequestOf = ({ description, fromRef, id, links, state }: DataCenterPullRequest): PullRequest => ({
  id,
  url: links.self[0]?.href ?? "",
  state: states[state],
  body: description ?? "",
  branch: fromRef.id.startsWith(heads) ? fromRef.id.slice(heads.length) : fromRef.id,
  commit: fromRef.latestCommit ?? ""
})

const isFork = ({ fromRef: { repository: from }, toRef: { repository: to } }: DataCenterPullRequest): boolean =>
  from.slug !== to.slug || from.project.key !== to.project.key

const isOutdated = refusedWith(/out.?of.?date|has been updated since|version/i)

/** Of a folder, and of a branch that is not there. */
const isNoFile = refusedWith(/is not a file|is a directory|does not exist/i)

const repositoryAt = (call: RestClient, name: RepositoryName): Repository => {
  const repository = `/projects/${name.owner}/repos/${name.name}`
  const pullRequests = `${repository}/pull-requests`

  const get = (id: number) =>
    call({
      operation: "read back the pull request at",
      method: "GET",
      path: `${pullRequests}/${id}`,
      answer: DataCenterPullRequest
    })

  /** A push that arrives meanwhile makes it another version. */
  const change = (id: number, fields: Readonly<Record<string, Schema.Json>>) => {
    const once = Effect.flatMap(get(id), ({ description, reviewers = [], title, version }) =>
      call({
        operation: "update the pull request at",
        method: "PUT",
        path: `${pullRequests}/${id}`,
        body: {
          version,
          title,
          description: description ?? "",
          reviewers: reviewers.map(({ user }) => ({ user: { name: user.name } })),
          ...fields
        },
        answer: DataCenterPullRequest
      }))
    return once.pipe(Effect.catchIf(isOutdated, () => once))
  }

  const askReviewers = ({ labels, reviewers, teamReviewers }: PullRequestOptions, id: number) =>
    Effect.gen(function*() {
      if (labels.length > 0) yield* Effect.logWarning("Bitbucket has no labels for pull requests")
      if (teamReviewers.length > 0) {
        yield* Effect.logWarning("Bitbucket asks no groups for reviews: use default reviewers")
      }
      if (reviewers.length > 0) yield* change(id, { reviewers: reviewers.map((each) => ({ user: { name: each } })) })
    }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

  const end = (branch: string) => ({
    id: `${heads}${branch}`,
    repository: { slug: name.name, project: { key: name.owner } }
  })

  return {
    name,
    // 32,768 characters of its own.
    longestBody: 30_000,
    issue: (number) =>
      new ForgeError({
        operation: "read the issue at",
        ref: `${name.owner}/${name.name}#${number}`,
        reason: { _tag: "Refused", words: "Bitbucket Data Center has no issues: put what is asked into spec.prompt" }
      }),
    ...discussionsAt(call, repository, get),
    file: fileReader((path, branch) =>
      call({
        operation,
        method: "GET",
        path: `${repository}/raw/${path}?at=${encodeURIComponent(`${heads}${branch}`)}`,
        answer: Schema.String,
        isText: true
      }).pipe(Effect.catchIf(isNoFile, () => Effect.undefined))
    ),
    look: (id) =>
      Effect.map(get(id), (found) => ({
        ...pullRequestOf(found),
        isFork: isFork(found),
        isDraft: found.draft === true
      })),
    markReady: (id) => Effect.asVoid(change(id, { draft: false })),
    find: (branch) =>
      call({
        operation: "look for pull requests at",
        method: "GET",
        path: `${pullRequests}?state=ALL&order=NEWEST&direction=OUTGOING&limit=50&at=${
          encodeURIComponent(`${heads}${branch}`)
        }`,
        answer: DataCenterPullRequests
      }).pipe(
        Effect.map(({ values }) =>
          values.filter((each) => !isFork(each)).map(pullRequestOf).filter((each) => each.branch === branch)
        )
      ),
    open: (wanted) =>
      call({
        operation: "open a pull request at",
        method: "POST",
        path: pullRequests,
        body: {
          title: wanted.title,
          description: wanted.part,
          fromRef: end(wanted.branch),
          toRef: end(wanted.base),
          // Versions before drafts take no such field.
          ...(wanted.draft ? { draft: true } : {})
        },
        answer: DataCenterPullRequest
      }).pipe(
        Effect.tap(({ id }) => askReviewers(wanted, id)),
        Effect.map(pullRequestOf)
      ),
    isDuplicate: refusedWith(/only one pull request may be open/i),
    update: (id, body) => change(id, { description: body }),
    read: (id) => Effect.map(get(id), pullRequestOf)
  }
}

const nameOf = ({ project, slug }: typeof DataCenterRepository.Type): RepositoryName => ({
  owner: project.key,
  name: slug
})

/** One that was renamed or has gone to another project is sent on to, at the same API. */
const repositoryOf = (call: RestClient, given: RepositoryName) => {
  const { name, owner } = given
  return lookFollowing(given, `/projects/${owner}/repos/${name}`, {
    look: (path) => call({ operation: "look at", method: "GET", path, answer: DataCenterRepository }),
    nameOf,
    place: /^\/projects\/[\w.~-]+\/repos\/[\w.~-]+(?![^/?])/
  }).pipe(
    Effect.tap(({ archived }) =>
      archived === true
        ? new ForgeError({
          operation: "work on",
          ref: `${owner}/${name}`,
          reason: { _tag: "Refused", words: "it is archived and read-only: unarchive it, or use another one" }
        })
        : Effect.void
    )
  )
}

const connect = (options: ForgeOptions, given: RepositoryName): Connection => {
  const call = makeRestClient(dataCenterDialect, options)
  return lookedUp(Effect.map(repositoryOf(call, given), (found) => repositoryAt(call, nameOf(found))))
}

export const adapter: ForgeAdapter = { connect }
