/** Tasks of a repository are told to who could have a run read them, at the forges that the administrator has named, and to nobody else. */
import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Effect, Layer } from "effect"
import { repositoryPath } from "../../src/handlers/Tasks.ts"
import { ForgeApi, type ForgeRepository, ForgeTrouble } from "../../src/services/ForgeApi.ts"
import { accessOver, addUser, askAs } from "../fixtures/TestAccess.ts"
import { ask, layerOver } from "../fixtures/TestApi.ts"

const list = JSON.stringify({
  master: {
    tasks: [
      { id: 1, title: "Pay\u202e", status: "done", subtasks: [{ id: 1 }, { id: 2 }] },
      { id: "2", title: "Refund", dependencies: [1] },
      { title: "no id" }
    ]
  }
})

const asked: Array<string> = []

const repository = (text: string | undefined): ForgeRepository => ({
  mayWrite: (login) => Effect.succeed(login === "octocat"),
  file: (path, branch) => {
    asked.push(`${branch}:${path}`)
    return Effect.succeed(path.endsWith("tasks.json") ? text : undefined)
  },
  pullRequest: () => Effect.die("not asked"),
  review: () => Effect.die("not asked"),
  checks: () => Effect.die("not asked"),
  answer: () => Effect.die("not asked"),
  markReady: () => Effect.die("not asked")
})

const forges = (text: string | undefined) =>
  Layer.succeed(ForgeApi, {
    at: () => Effect.undefined,
    atHost: (host, path) =>
      Effect.succeed(host === "github.com" && path === "example/docs" ? repository(text) : undefined)
  })

const query = (more: Record<string, string> = {}) =>
  new URLSearchParams({ repository: "https://github.com/example/docs", githubUser: "octocat", ...more }).toString()

const api = (text: string | undefined) => layerOver(layerMemory).pipe(Layer.provide(forges(text)))

describe("the tasks of a project", () => {
  it.effect("are those of the list that Task Master works with", () =>
    Effect.gen(function*() {
      asked.length = 0
      const { status, text } = yield* ask(
        "GET",
        `/api/v1/tasks?${query({ directory: "_projects/pay", branch: "dev" })}`
      )
      assert.strictEqual(status, 200)
      const { items, notes, tag } = JSON.parse(text)
      assert.strictEqual(tag, "master")
      assert.deepStrictEqual(items, [
        { id: "1", title: "Pay", status: "done", dependencies: [], subtasks: 2 },
        { id: "2", title: "Refund", status: "pending", dependencies: ["1"], subtasks: 0 }
      ])
      assert.lengthOf(notes, 1)
      assert.deepStrictEqual(asked, [
        "dev:_projects/pay/.taskmaster/tasks/tasks.json",
        "dev:_projects/pay/.taskmaster/state.json"
      ])
    }).pipe(Effect.provide(api(list))))

  it.effect("are told with the same answer, whatever is missing", () =>
    Effect.gen(function*() {
      const details = yield* Effect.forEach(
        [
          query({ repository: "https://github.com/example/other" }),
          query({ repository: "https://git.internal/example/docs" }),
          query({ githubUser: "monalisa" })
        ],
        (text) =>
          Effect.map(ask("GET", `/api/v1/tasks?${text}`), ({ json, status }) => {
            assert.strictEqual(status, 404)
            return json.detail.replace(/https:\S+|octocat|monalisa/g, "X")
          })
      )
      assert.strictEqual(new Set(details).size, 1)
      assert.deepStrictEqual(asked.filter((each) => each.startsWith("main:")), [])
    }).pipe(Effect.provide(api(list))))

  it.effect("are refused where the file is no list, with the line", () =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("GET", `/api/v1/tasks?${query()}`)
      assert.strictEqual(status, 404)
      assert.include(json.detail, "line")
    }).pipe(Effect.provide(api("{"))))

  it.effect("can be asked for again where the forge is away", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("GET", `/api/v1/tasks?${query()}`)).status, 503)
    }).pipe(Effect.provide(
      layerOver(layerMemory).pipe(Layer.provide(Layer.succeed(ForgeApi, {
        at: () => Effect.undefined,
        atHost: () =>
          Effect.succeed({
            ...repository(list),
            mayWrite: () => Effect.fail(new ForgeTrouble({ message: "away", passing: true }))
          })
      })))
    )))

  it.effect("take the use of the GitHub user's Secrets, before the forge is asked", () =>
    Effect.gen(function*() {
      asked.length = 0
      yield* addUser("maker", (what) => what === "create coderuns")
      assert.strictEqual((yield* askAs("maker", "GET", `/api/v1/tasks?${query()}`)).status, 403)
      assert.lengthOf(asked, 0)
      const secrets = ["use secrets/github-ssh-octocat", "use secrets/github-token-octocat"]
      yield* addUser("user", (what) => what === "create coderuns" || secrets.includes(what))
      assert.strictEqual((yield* askAs("user", "GET", `/api/v1/tasks?${query()}`)).status, 200)
      yield* addUser("holder", (what) => secrets.includes(what))
      assert.strictEqual((yield* askAs("holder", "GET", `/api/v1/tasks?${query()}`)).status, 403)
    }).pipe(Effect.provide(accessOver().pipe(Layer.provide(forges(list))))))
})

describe("an address", () => {
  it.each<readonly [string, ReturnType<typeof repositoryPath>]>([
    ["https://github.com/example/docs.git", { host: "github.com", path: "example/docs" }],
    ["git@github.com:example/docs", { host: "github.com", path: "example/docs" }],
    ["https://git.example.com:8443/example/docs/", { host: "git.example.com:8443", path: "example/docs" }],
    ["file:///etc/passwd", undefined],
    ["http://169.254.169.254/latest/meta-data", undefined],
    ["https://github.com/example/../admin", undefined],
    ["https://github.com/../..", undefined],
    ["https://gitlab.example/group/sub/docs", { host: "gitlab.example", path: "group/sub/docs" }],
    ["https://ada@github.com/example/docs", { host: "github.com", path: "example/docs" }],
    ["ssh://git@bitbucket.corp:7999/~ada/docs.git", { host: "bitbucket.corp", path: "~ada/docs" }],
    ["https://bitbucket.corp/scm/ACME/docs.git", { host: "bitbucket.corp", path: "scm/ACME/docs" }],
    ["https://dev.azure.com/org/My%20Project/_git/docs", {
      host: "dev.azure.com",
      path: "org/My%20Project/_git/docs"
    }],
    ["https://github.com/example/%2e%2e/admin", undefined],
    ["https://github.com/example%2Fdocs", undefined],
    ["https://github.com/docs", undefined],
    ["https://github.com/example/docs?x=1", undefined],
    ["https://github.com@evil.example/example/docs", { host: "evil.example", path: "example/docs" }]
  ])("%s is %j", (url, want) => assert.deepStrictEqual(repositoryPath(url), want))
})
