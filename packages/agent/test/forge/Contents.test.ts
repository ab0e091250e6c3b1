/** A file as GitHub and those that are like it give it out: asked for once, and below the repository, whatever its path is. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { fileAt } from "../../src/forge/rest/Contents.ts"
import { makeRestClient } from "../../src/forge/rest/RestClient.ts"

const dialect = {
  name: "Test",
  headers: { accept: "application/json" },
  setting: "forge.hosts",
  forbiddenAdvice: () => "",
  refusedAdvice: () => ""
}

const forge = (status: number, body: unknown) => {
  const asked: Array<string> = []
  const client = HttpClient.make((request, url) => {
    asked.push(`${url.pathname}${url.search}`)
    return Effect.succeed(HttpClientResponse.fromWeb(request, new Response(JSON.stringify(body), { status })))
  })
  const options = { api: "https://forge.example.test/api", client, token: Effect.succeed(Redacted.make("not-a-token")) }
  return { asked, read: fileAt(makeRestClient(dialect, options), "/repos/acme/docs") }
}

const file = (text: string) => ({
  type: "file",
  encoding: "base64",
  // In lines, as GitHub writes it.
  content: Buffer.from(text).toString("base64").replaceAll(/.{10}/g, "$&\n")
})

describe("a file of a repository", () => {
  it.effect.each([
    { path: "tasks.json", branch: "main", want: "tasks.json?ref=main" },
    { path: "./a//b/./tasks.json", branch: "main", want: "a/b/tasks.json?ref=main" },
    { path: "/tasks.json", branch: "main", want: "tasks.json?ref=main" },
    { path: "a b/c#d?e%2f&.json", branch: "x&y=1#z", want: "a%20b/c%23d%3Fe%252f%26.json?ref=x%26y%3D1%23z" },
    { path: "...", branch: "feature/x", want: "...?ref=feature%2Fx" },
    { path: "täsk.json", branch: "main", want: "t%C3%A4sk.json?ref=main" }
  ])("$path of $branch is asked for by its name", ({ branch, path, want }) =>
    Effect.gen(function*() {
      const { asked, read } = forge(200, file("Schön und gut.\n".repeat(9)))
      assert.strictEqual(yield* read(path, branch), "Schön und gut.\n".repeat(9))
      assert.deepStrictEqual(asked, [`/api/repos/acme/docs/contents/${want}`])
    }))

  it.effect.each(["..", "../x", "a/../../x", "a/..", "", ".", "//"])(
    "%j is none, and nothing is asked",
    (path) =>
      Effect.gen(function*() {
        const { asked, read } = forge(200, file("x"))
        assert.isUndefined(yield* read(path, "main"))
        assert.deepStrictEqual(asked, [])
      })
  )

  it.effect.each([
    { what: "nothing", status: 404, body: { message: "Not Found" } },
    { what: "a folder", status: 200, body: [{ type: "file", name: "x" }] },
    { what: "a link", status: 200, body: { type: "symlink", target: "/etc/passwd" } },
    { what: "a submodule", status: 200, body: { type: "submodule", submodule_git_url: "https://evil.example.test/x" } }
  ])("is not there where the forge has $what in its place", ({ body, status }) =>
    Effect.gen(function*() {
      const { asked, read } = forge(status, body)
      assert.isUndefined(yield* read("x", "main"))
      assert.lengthOf(asked, 1)
    }))

  it.effect("that is empty is a text without letters", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* forge(200, file("")).read("x", "main"), "")
    }))

  it.effect("that is too large for an answer is named as such", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        forge(200, { type: "file", encoding: "none", content: "" }).read("a/tasks.json", "main")
      )
      assert.strictEqual(error.reason._tag, "Refused")
      assert.include(error.message, "a/tasks.json is larger")
    }))

  it.effect("that the token may not read is no file that is not there", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(forge(403, { message: "Resource not accessible" }).read("x", "main"))
      assert.strictEqual(error.reason._tag, "Forbidden")
    }))
})
