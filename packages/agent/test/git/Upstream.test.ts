/** A remote that wants credentials, and one that is not what it seems. */
import { afterAll, afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { fakeClaude } from "../fixtures/FakeClaude.ts"
import { type GitServer, serveGit } from "../fixtures/GitServer.ts"
import { filesOf, headOf, removeFolder } from "../fixtures/Remotes.ts"
import { codeRun, execute, removeShared, type Surroundings, surroundings, token } from "../fixtures/Run.ts"

const branch = "feature/task-1-implementation"

afterAll(removeShared)
let around: Surroundings
let server: GitServer
beforeEach(async () => {
  around = surroundings()
  server = await serveGit(join(around.folder, "remotes"), token)
})
afterEach(async () => {
  await server.close()
  removeFolder(around.folder)
})

const over = (url: string) => ({
  GIT_ALLOWED_HOSTS: new URL(url).host,
  REPOSITORY_URL: `${url}/target.git`,
  DOCS_REPOSITORY_URL: `${url}/docs.git`,
  GIT_ALLOW_PROTOCOL: "http"
})
const agent = (commands: string) =>
  fakeClaude(join(around.folder, "agent"), `keep\ninit\nsay working\n${commands}\ndone_\n`)

describe("a remote that wants a token", () => {
  it.live("gets it from runner and agent, and it is in no file, address or log", () =>
    Effect.gen(function*() {
      const pushing = agent(
        "echo x > x.txt; git add x.txt; git commit --quiet -m x; git push --quiet && echo y > y.txt; " +
          "cat .git/config > \"$here/config\"; git remote -v > \"$here/remotes\"; echo \"my token is $GH_TOKEN\""
      )
      const { log, result } = yield* execute(codeRun(around, over(server.url), pushing))
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(result.delivery?.headCommit, headOf(around.remotes.target, branch))
      assert.includeMembers([...filesOf(around.remotes.target, branch)], ["x.txt", "y.txt"])
      const seen = ["config", "remotes"].map((name) => readFileSync(join(around.folder, "agent", name), "utf8"))
      assert.notInclude([...seen, ...log].join("\n"), token)
      assert.isTrue(log.some((line) => line.includes("my token is ***")))
    }))

  it.live("and gets a wrong one is SetupFailed without the token in the message", () =>
    Effect.gen(function*() {
      const { result } = yield* execute(codeRun(around, { ...over(server.url), GH_TOKEN: "another-token" }))
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, server.url)
      assert.notInclude(result.message, "another-token")
    }))

  it.live("but sends us to another host does not get it there", () =>
    Effect.gen(function*() {
      const elsewhere = createServer((request, response) => {
        response.writeHead(302, { location: `${server.url}${request.url}` }).end()
      })
      yield* Effect.promise(() => new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve)))
      const address = elsewhere.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const { result } = yield* execute(codeRun(around, over(`http://127.0.0.1:${port}`)))
      elsewhere.close()
      assert.strictEqual(result.reason, "SetupFailed")
      assert.deepStrictEqual(server.offered, [])
    }))

  it.live("is reached through a mirror", () =>
    Effect.gen(function*() {
      const mirror = JSON.stringify({ "https://github.test/acme/": `${server.url}/` })
      const { result } = yield* execute(
        codeRun(
          around,
          { ...over("https://github.test/acme"), GIT_INSTEAD_OF: mirror },
          agent("echo x > x.txt; git add x.txt; git commit --quiet -m x; git push --quiet || echo x > failed.txt")
        )
      )
      assert.strictEqual(result.outcome, "Completed")
      assert.notInclude(filesOf(around.remotes.target, branch), "failed.txt")
    }))
})
