/**
 * `node tools/agent/ForgeDescriptions.ts`: takes what the doubles of forges need out of what is published of their APIs as npm packages, and
 * writes it beside them. Bitbucket's OpenAPI documents are there as the types that openapi-typescript made of them; of GitLab and Azure
 * DevOps their clients' types of answers.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Json } from "./Json.ts"
import { publishedFile } from "./PublishedFile.ts"
import { type Declarations, declarationsOf, namesIn, schemaOf, valueOf } from "./TypesToSchema.ts"

type Operation = readonly [method: string, path: string, body?: string, answer?: string]

interface Published {
  readonly name: string
  readonly version: string
  /** The declarations, in the package. */
  readonly file: string
  /** Whether its interface `paths` says what operations take and answer; else they are named here. */
  readonly hasPaths: boolean
  readonly operations: ReadonlyArray<Operation>
}

const cloud = "/repositories/{workspace}/{repo_slug}"
const center = "/api/latest/projects/{projectKey}/repos/{repositorySlug}"
const project = "/projects/{id}"
const azure = "/{organization}/{project}/_apis/git/repositories/{repository}"

export const published: Readonly<Record<string, Published>> = {
  bitbucketcloud: {
    name: "@coderabbitai/bitbucket",
    version: "1.1.4",
    file: "dist/cloud/openapi/openapi-typescript.d.ts",
    hasPaths: true,
    operations: [
      ["get", cloud],
      ["get", `${cloud}/pullrequests`],
      ["post", `${cloud}/pullrequests`],
      ["get", `${cloud}/pullrequests/{pull_request_id}`],
      ["put", `${cloud}/pullrequests/{pull_request_id}`],
      ["get", `${cloud}/pullrequests/{pull_request_id}/comments`],
      ["post", `${cloud}/pullrequests/{pull_request_id}/comments`],
      ["put", `${cloud}/pullrequests/{pull_request_id}/comments/{comment_id}`],
      ["get", `${cloud}/commit/{commit}`],
      ["get", `${cloud}/commit/{commit}/statuses`],
      ["get", `${cloud}/refs/branches`],
      ["get", `${cloud}/issues/{issue_id}`],
      ["get", `${cloud}/issues/{issue_id}/comments`],
      ["get", "/workspaces/{workspace}/members"],
      ["get", "/workspaces/{workspace}/permissions/repositories/{repo_slug}"],
      ["get", "/user"]
    ]
  },
  bitbucketdatacenter: {
    name: "@coderabbitai/bitbucket",
    version: "1.1.4",
    file: "dist/server/openapi/openapi-typescript.d.ts",
    hasPaths: true,
    operations: [
      ["get", center],
      ["get", `${center}/pull-requests`],
      ["post", `${center}/pull-requests`],
      ["get", `${center}/pull-requests/{pullRequestId}`],
      ["put", `${center}/pull-requests/{pullRequestId}`],
      ["get", `${center}/pull-requests/{pullRequestId}/activities`],
      ["post", `${center}/pull-requests/{pullRequestId}/comments`],
      ["put", `${center}/pull-requests/{pullRequestId}/comments/{commentId}`],
      ["get", `${center}/permissions/users`],
      ["get", "/build-status/latest/commits/{commitId}"]
    ]
  },
  gitlab: {
    name: "@gitbeaker/core",
    version: "43.8.0",
    file: "dist/index.d.ts",
    hasPaths: false,
    operations: [
      ["get", project, "", "SimpleProjectSchema"],
      ["get", `${project}/merge_requests`, "", "MergeRequestSchemaWithBasicLabels[]"],
      ["post", `${project}/merge_requests`, "EditMergeRequestOptions", "MergeRequestSchemaWithBasicLabels"],
      ["get", `${project}/merge_requests/{iid}`, "", "MergeRequestSchemaWithBasicLabels"],
      ["put", `${project}/merge_requests/{iid}`, "EditMergeRequestOptions", "MergeRequestSchemaWithBasicLabels"],
      ["get", `${project}/merge_requests/{iid}/reviewers`, "", "MergeRequestReviewerSchema[]"],
      ["get", `${project}/merge_requests/{iid}/notes`, "", "MergeRequestNoteSchema[]"],
      ["post", `${project}/merge_requests/{iid}/notes`, "", "MergeRequestNoteSchema"],
      ["put", `${project}/merge_requests/{iid}/notes/{note}`, "", "MergeRequestNoteSchema"],
      ["get", `${project}/repository/commits/{sha}/statuses`, "", "CommitStatusSchema[]"],
      ["get", `${project}/repository/files/{path}`, "", "RepositoryFileExpandedSchema"],
      ["get", `${project}/issues/{iid}`, "", "IssueSchema"],
      ["get", `${project}/issues/{iid}/notes`, "", "IssueNoteSchema[]"],
      ["get", `${project}/members/all`, "", "CondensedMemberSchema[]"],
      ["get", "/users", "", "CondensedMemberSchema[]"],
      ["get", "/user", "", "SimpleUserSchema"]
    ]
  },
  azuredevops: {
    name: "azure-devops-node-api",
    version: "17.0.1",
    file: "interfaces/GitInterfaces.d.ts",
    hasPaths: false,
    operations: [
      ["get", `${azure}/items`, "", "GitItem"],
      ["get", `${azure}/pullrequests`, "", "GitPullRequest[]"],
      ["post", `${azure}/pullrequests`, "GitPullRequest", "GitPullRequest"],
      ["get", `${azure}/pullrequests/{id}`, "", "GitPullRequest"],
      ["patch", `${azure}/pullrequests/{id}`, "GitPullRequest", "GitPullRequest"],
      ["put", `${azure}/pullrequests/{id}/reviewers/{reviewer}`, "IdentityRefWithVote", "IdentityRefWithVote"],
      ["get", `${azure}/pullrequests/{id}/threads`, "", "GitPullRequestCommentThread[]"],
      ["post", `${azure}/pullrequests/{id}/threads`, "GitPullRequestCommentThread", "GitPullRequestCommentThread"],
      ["patch", `${azure}/pullrequests/{id}/threads/{thread}/comments/{comment}`, "Comment", "Comment"],
      ["get", `${azure}/commits/{sha}/statuses`, "", "GitStatus[]"]
    ]
  }
}

/** What one of an operation's types is, by its name; a list is written with brackets, as in TypeScript. */
const named = (text: string | undefined, declarations: Declarations, listed: boolean): Json | null => {
  if (text === undefined || text === "") return null
  const one: Json = { $ref: `#/components/schemas/${text.replace("[]", "")}` }
  if (!declarations.has(text.replace("[]", ""))) throw new Error(`the package declares no ${text}`)
  if (!text.endsWith("[]")) return one
  const list: Json = { type: "array", items: one }
  return listed ? { type: "object", required: ["value"], properties: { value: list, count: {} } } : list
}

/** In the API's words, with what the client takes beside them. */
const asSent = (schema: Json): Json => ({
  ...schema,
  properties: {
    source_branch: { type: "string" },
    ...Object.fromEntries(
      Object.entries(Object(schema["properties"])).map((
        [key, value]
      ) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value])
    )
  }
})

const reachable = (declarations: Declarations, from: unknown, found = new Map<string, unknown>()) => {
  for (const [, name = ""] of JSON.stringify(from ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    const node = declarations.get(name)
    if (found.has(name)) continue
    const schema = node === undefined ? {} : schemaOf(node, declarations)
    found.set(name, schema)
    reachable(declarations, schema, found)
  }
  return found
}

export const describe = (source: Published) => {
  const { hasPaths, name, operations, version } = source
  const declarations = declarationsOf(readFileSync(publishedFile(source), "utf8"))
  const found = operations.map(([method, path, body, answer]) => {
    if (!hasPaths) {
      const status = method === "post" ? "201" : "200"
      const isAzure = name.startsWith("azure")
      const given = named(body, declarations, false)
      return {
        method,
        path,
        // GitLab's client writes what it sends in its own way.
        body: body?.endsWith("Options") === true ? asSent(schemaOf(declarations.get(body), declarations)) : given,
        answers: { [isAzure && method !== "post" ? "200" : status]: named(answer, declarations, isAzure) }
      }
    }
    const at = (...keys: ReadonlyArray<string>) => valueOf(declarations, ["paths", path, method, ...keys])
    const statuses = namesIn(at("responses"))
    const json = (node: unknown) => node === undefined ? null : schemaOf(node, declarations)
    return {
      method,
      path,
      body: json(at("requestBody", "content", "application/json")),
      answers: Object.fromEntries(
        statuses.map((
          status
        ) => [
          status,
          json(
            at("responses", status, "content", "application/json")
              ?? at("responses", status, "content", "application/json;charset=UTF-8")
          )
        ])
      )
    }
  })
  const schemas = reachable(declarations, found)
  return { package: `${name}@${version}`, operations: found, schemas: Object.fromEntries([...schemas].toSorted()) }
}

export const fileOf = (forge: string): string =>
  fileURLToPath(new URL(`../../packages/agent/test/fixtures/forges/${forge}/description.json`, import.meta.url))

if (import.meta.main) {
  for (const [forge, source] of Object.entries(published)) {
    mkdirSync(join(fileOf(forge), ".."), { recursive: true })
    writeFileSync(fileOf(forge), `${JSON.stringify(describe(source), null, 2)}\n`)
  }
}
