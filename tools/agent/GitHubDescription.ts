/**
 * `node tools/agent/GitHubDescription.ts`: takes what the double of GitHub needs out of GitHub's published OpenAPI description (npm
 * `@octokit/openapi`, 385 MB, installed into a cache folder) and writes it beside the double. The tests with the real CLI hold that file to
 * the package.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { at, isObject, type Json } from "./Json.ts"
import { publishedFile } from "./PublishedFile.ts"

const version = "23.0.2"

/** What the double answers. */
const operations = [
  ["get", "/repos/{owner}/{repo}"],
  ["get", "/repos/{owner}/{repo}/pulls"],
  ["post", "/repos/{owner}/{repo}/pulls"],
  ["get", "/repos/{owner}/{repo}/pulls/{pull_number}"],
  ["patch", "/repos/{owner}/{repo}/pulls/{pull_number}"],
  ["post", "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers"],
  ["post", "/repos/{owner}/{repo}/issues/{issue_number}/labels"],
  ["get", "/repos/{owner}/{repo}/issues/{issue_number}"],
  ["get", "/repos/{owner}/{repo}/issues/{issue_number}/comments"],
  ["post", "/repos/{owner}/{repo}/issues/{issue_number}/comments"],
  ["patch", "/repos/{owner}/{repo}/issues/comments/{comment_id}"],
  ["get", "/repos/{owner}/{repo}/collaborators/{username}/permission"],
  ["get", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"],
  ["get", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments"],
  ["get", "/repos/{owner}/{repo}/commits/{ref}/status"],
  ["get", "/repos/{owner}/{repo}/commits/{ref}/check-runs"],
  ["get", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs"],
  ["get", "/user"],
  ["get", "/repos/{owner}/{repo}/installation"],
  ["post", "/app/installations/{installation_id}/access_tokens"]
] as const

/** Words for people, which check nothing. */
const words = new Set(["description", "example", "examples", "externalDocs", "title", "deprecated", "default"])

/** A property may have such a name, so only what is beside a schema's keywords goes. */
const bare = (node: unknown, named = false): unknown => {
  if (Array.isArray(node)) return node.map((each) => bare(each))
  if (!isObject(node)) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => named || (!words.has(key) && !key.startsWith("x-")))
      .map(([key, value]) => [key, key === "enum" ? value : bare(value, !named && key === "properties")])
  )
}

/** Names of the schemas that these need, and those need in turn. */
const reachable = (schemas: Json, from: unknown, found = new Set<string>()): ReadonlySet<string> => {
  for (const [, name = ""] of JSON.stringify(from ?? null).matchAll(/"#\/components\/schemas\/([\w-]+)"/g)) {
    if (!found.has(name)) reachable(schemas, schemas[name], found.add(name))
  }
  return found
}

const extract = (description: unknown) => {
  /** With a reference to a whole answer followed. */
  const contentOf = (node: unknown): unknown => {
    const reference = at(node, "$ref")
    const place = typeof reference === "string" ? at(description, ...reference.replace(/^#\//, "").split("/")) : node
    return bare(at(place, "content", "application/json", "schema"))
  }
  const found = operations.map(([method, path]) => {
    const operation = at(description, "paths", path, method)
    const responses = Object.entries(Object(at(operation, "responses")))
    return {
      method,
      path,
      body: contentOf(at(operation, "requestBody")) ?? null,
      answers: Object.fromEntries(responses.map(([status, node]) => [status, contentOf(node) ?? null]))
    }
  })
  const schemas = bare(at(description, "components", "schemas"), true)
  const all: Json = isObject(schemas) ? schemas : {}
  const names = reachable(all, [found, { $ref: "#/components/schemas/basic-error" }])
  return {
    version,
    operations: found,
    schemas: Object.fromEntries([...names].toSorted().map((each) => [each, all[each]]))
  }
}

const source = { name: "@octokit/openapi", version, file: "generated/api.github.com.json" }

/** The part of the published description that the double is held to. */
export const publishedDescription = () => extract(JSON.parse(readFileSync(publishedFile(source), "utf8")))

const target = fileURLToPath(new URL("../../packages/agent/test/fixtures/github/description.json", import.meta.url))

if (import.meta.main) writeFileSync(target, `${JSON.stringify(publishedDescription(), null, 2)}\n`)
