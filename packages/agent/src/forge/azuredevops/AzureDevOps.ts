/** Pull requests at Azure DevOps. */
import { Effect, Schema } from "effect"
import type { ForgeAdapter, PullRequest, PullRequestOptions, Repository, RepositoryName } from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import { fileReader, operation } from "../rest/Contents.ts"
import { ownPages } from "../rest/Discussions.ts"
import { refusedWith } from "../rest/Problem.ts"
import { makeRestClient, type RestClient } from "../rest/RestClient.ts"
import { azureDialect } from "./AzureDevOpsDialect.ts"
import { discussionsAt } from "./AzureDevOpsDiscussions.ts"
import { AzureItem, AzurePullRequest, AzurePullRequests } from "./AzureDevOpsShapes.ts"

const states = { active: "open", notSet: "open", completed: "merged", abandoned: "closed" } as const

const pageSize = 50

const heads = "refs/heads/"

const isId = (text: string): boolean => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)

/** Of a path or a branch that is not there. */
const isNoFile = refusedWith(/TF401174|TF401175/)

const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/")

const repositoryAt = (call: RestClient, api: string, name: RepositoryName): Repository => {
  const repository = `/${encoded(name.owner)}/_apis/git/repositories/${encodeURIComponent(name.name)}`
  const pullRequests = `${repository}/pullrequests`
  const version = "api-version=7.1"

  const pullRequestOf = (found: AzurePullRequest): PullRequest => ({
    id: found.pullRequestId,
    url: `${
      found.repository.webUrl?.replaceAll(" ", "%20") ??
        `${api}/${encoded(name.owner)}/_git/${encodeURIComponent(name.name)}`
    }/pullrequest/${found.pullRequestId}`,
    state: states[found.status],
    body: found.description ?? "",
    branch: found.sourceRefName.startsWith(heads) ? found.sourceRefName.slice(heads.length) : found.sourceRefName,
    commit: found.lastMergeSourceCommit?.commitId ?? ""
  })

  const isFork = ({ forkSource }: AzurePullRequest): boolean => (forkSource ?? undefined) !== undefined

  const get = (id: number) =>
    call({
      operation: "read back the pull request at",
      method: "GET",
      path: `${pullRequests}/${id}?${version}`,
      answer: AzurePullRequest
    })

  const patch = (id: number, body: Readonly<Record<string, Schema.Json>>) =>
    call({
      operation: "update the pull request at",
      method: "PATCH",
      path: `${pullRequests}/${id}?${version}`,
      body,
      answer: AzurePullRequest
    })

  const askReviewers = ({ reviewers, teamReviewers }: PullRequestOptions, id: number) =>
    Effect.forEach(
      [...reviewers, ...teamReviewers],
      (each) =>
        isId(each)
          ? call({
            operation: "ask for reviews at",
            method: "PUT",
            path: `${pullRequests}/${id}/reviewers/${each}?${version}`,
            body: { vote: 0 },
            answer: Schema.Unknown
          }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))
          : Effect.logWarning(`expected the id (GUID) of a reviewer at Azure DevOps, found ${JSON.stringify(each)}`),
      { discard: true }
    )

  return {
    name,
    // 4,000 characters of its own.
    longestBody: 3900,
    issue: (number) =>
      new ForgeError({
        operation: "read the issue at",
        ref: `${name.owner}/${name.name}#${number}`,
        reason: { _tag: "Refused", words: "work items are not read: put what is asked into spec.prompt" }
      }),
    // Permissions are told to nobody in terms of pushing.
    mayWrite: () => Effect.succeed(undefined),
    ...discussionsAt(call, { repository, owner: encoded(name.owner), version }, get),
    file: fileReader((path, branch) =>
      call({
        operation,
        method: "GET",
        path: `${repository}/items?path=%2F${path.replaceAll("/", "%2F")}&versionDescriptor.versionType=branch`
          + `&versionDescriptor.version=${encodeURIComponent(branch)}&includeContent=true&$format=json&${version}`,
        answer: AzureItem
      }).pipe(
        Effect.map(({ content, isFolder, isSymLink }) =>
          isFolder === true || isSymLink === true ? undefined : content ?? ""
        ),
        Effect.catchIf(isNoFile, () => Effect.undefined)
      )
    ),
    look: (id) =>
      Effect.map(get(id), (found) => ({
        ...pullRequestOf(found),
        isFork: isFork(found),
        isDraft: found.isDraft === true
      })),
    markReady: (id) => Effect.asVoid(patch(id, { isDraft: false })),
    find: (branch) =>
      ownPages(pageSize, isFork, (page) =>
        call({
          operation: "look for pull requests at",
          method: "GET",
          path: `${pullRequests}?searchCriteria.status=all&searchCriteria.sourceRefName=${
            encodeURIComponent(`${heads}${branch}`)
          }&$top=${pageSize}&$skip=${(page - 1) * pageSize}&${version}`,
          answer: AzurePullRequests
        }).pipe(Effect.map(({ value }) => value))).pipe(
          Effect.map((own) =>
            own.map(pullRequestOf).filter((each) => each.branch === branch)
              .toSorted((left, right) => right.id - left.id)
          )
        ),
    open: (wanted) =>
      call({
        operation: "open a pull request at",
        method: "POST",
        path: `${pullRequests}?${version}`,
        body: {
          title: wanted.title,
          description: wanted.part,
          sourceRefName: `${heads}${wanted.branch}`,
          targetRefName: `${heads}${wanted.base}`,
          isDraft: wanted.draft,
          ...(wanted.labels.length === 0 ? {} : { labels: wanted.labels.map((each) => ({ name: each })) })
        },
        answer: AzurePullRequest
      }).pipe(
        Effect.tap(({ pullRequestId }) => askReviewers(wanted, pullRequestId)),
        Effect.map(pullRequestOf)
      ),
    isDuplicate: refusedWith(/TF401179|already exists/i),
    update: (id, body) => patch(id, { description: body }),
    read: (id) => Effect.map(get(id), pullRequestOf)
  }
}

export const adapter: ForgeAdapter = {
  connect: (options, name) => {
    const repository = repositoryAt(makeRestClient(azureDialect, options), options.api, name)
    return (work) => work(repository)
  }
}
