import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Effect, FileSystem } from "effect"
import { PageNotAvailable } from "../../../src/contract/Problem.ts"
import { Server, type ServerOptions } from "../../../src/server/Server.ts"
import { raw, type RawRequest, serverOver } from "../../fixtures/TestServer.ts"

const index = "<!doctype html><head><base href=\"./\"><script src=\"./assets/index-a1.js\"></script></head>"
const html = { accept: "text/html,*/*;q=0.8" }

const built = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  yield* files.makeDirectory(`${folder}/assets`)
  yield* files.writeFileString(`${folder}/index.html`, index)
  yield* files.writeFileString(`${folder}/sources.txt`, "not for others")
  yield* files.writeFileString(`${folder}/assets/index-a1.js`, "whole")
  yield* files.writeFileString(`${folder}/assets/index-a1.js.br`, "brotli")
  yield* files.writeFileString(`${folder}/assets/index-a1.js.gz`, "gzip")
  yield* files.writeFileString(`${folder}/assets/icon-b2.svg`, "<svg/>")
  return folder
})

const asking = (requests: ReadonlyArray<RawRequest>, options: Partial<ServerOptions> = {}) =>
  Effect.gen(function*() {
    const folder = yield* built
    return yield* Effect.flatMap(Server, ({ url }) => Effect.forEach(requests, (request) => raw(url, request))).pipe(
      Effect.provide(serverOver(layerMemory, { page: Effect.succeed(folder), ...options }))
    )
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

describe("the page", () => {
  it.live("is sent for every address of a view, with its base", () =>
    Effect.gen(function*() {
      const [root, deep, forwarded, forged] = yield* asking([
        { path: "/" },
        { path: "/runs/code-runs/a?x=/y/", headers: html },
        { path: "/spend", headers: { ...html, "x-forwarded-prefix": "/below" } },
        { path: "/spend", headers: { ...html, "x-forwarded-prefix": "//elsewhere.example" } }
      ])
      const baseIn = (text: string) => /<base href="([^"]*)">/.exec(text)?.[1]
      assert.deepStrictEqual([root, deep, forwarded, forged].map((each) => [each?.status, baseIn(each?.text ?? "")]), [
        [200, "./"],
        [200, "../../"],
        [200, "/below/"],
        [200, "./"]
      ])
    }))

  it.live("is asked for again each time, and sent again only when it has changed", () =>
    Effect.gen(function*() {
      const [first] = yield* asking([{ path: "/" }])
      const etag = String(first?.headers["etag"])
      const [known, other, head] = yield* asking([
        { path: "/", headers: { "if-none-match": `"x", W/${etag}` } },
        { path: "/", headers: { "if-none-match": "\"x\"" } },
        { path: "/", method: "HEAD" }
      ])
      assert.strictEqual(first?.headers["cache-control"], "no-cache")
      assert.deepStrictEqual([known?.status, known?.text], [304, ""])
      assert.strictEqual(other?.status, 200)
      assert.deepStrictEqual([head?.status, head?.text, head?.headers["etag"]], [200, "", etag])
    }))

  it.live("may do what its policy says, and is shown in no frame", () =>
    Effect.gen(function*() {
      const [page] = yield* asking([{ path: "/" }], {})
      const policy = String(page?.headers["content-security-policy"])
      assert.notInclude(policy, "unsafe")
      for (
        const rule of [
          "default-src 'none'",
          "script-src 'self'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'"
        ]
      ) assert.include(policy.split("; "), rule)
      assert.strictEqual(page?.headers["x-content-type-options"], "nosniff")
      assert.strictEqual(page?.headers["referrer-policy"], "no-referrer")
    }))

  it.live("may ask who signs people in as well", () =>
    Effect.gen(function*() {
      const oidc = {
        issuer: "https://login.example.com/team",
        clientId: "orchestrator",
        scopes: ["openid"],
        token: "id_token",
        origins: ["https://tokens.example.com"]
      } as const
      const [page] = yield* asking([{ path: "/" }], { dashboard: { enabled: true, oidc } })
      assert.include(
        String(page?.headers["content-security-policy"]),
        "; connect-src 'self' https://login.example.com https://tokens.example.com; "
      )
    }))

  it.live("has its files compressed and for ever", () =>
    Effect.gen(function*() {
      const path = "/assets/index-a1.js"
      const [br, gzip, whole, plain, gone] = yield* asking([
        { path, headers: { "accept-encoding": "gzip, br" } },
        { path, headers: { "accept-encoding": "gzip" } },
        { path },
        { path: "/assets/icon-b2.svg", headers: { "accept-encoding": "br" } },
        { path: "/assets/index-old.js", headers: html }
      ])
      assert.deepStrictEqual([br, gzip, whole, plain].map((each) => [each?.text, each?.headers["content-encoding"]]), [
        ["brotli", "br"],
        ["gzip", "gzip"],
        ["whole", undefined],
        ["<svg/>", undefined]
      ])
      assert.strictEqual(br?.headers["cache-control"], "public, max-age=31536000, immutable")
      assert.strictEqual(br?.headers["content-type"], "text/javascript; charset=utf-8")
      assert.deepStrictEqual([gone?.status, gone?.headers["cache-control"]], [404, "no-store"])
    }))

  it.live("takes nothing from the API", () =>
    Effect.gen(function*() {
      const answers = yield* asking([
        { path: "/health", headers: html },
        { path: "/api/v1/code-runs/a", headers: html },
        { path: "/api/v1/nothing", headers: html },
        { path: "/mcp", headers: html },
        { path: "/spend" },
        { path: "/spend", method: "POST", headers: html },
        { path: "/sources.txt" },
        { path: "/assets/..%2fsources.txt", headers: html }
      ])
      assert.deepStrictEqual(answers.map(({ headers, status }) => [status, headers["content-type"]]), [
        [200, "application/json"],
        [404, "application/problem+json"],
        [404, "application/problem+json"],
        [405, "application/problem+json"],
        [404, "application/problem+json"],
        [404, "application/problem+json"],
        [404, "application/problem+json"],
        [404, "application/problem+json"]
      ])
    }))

  it.live("that could not be built is a problem that says so, and not the API's", () =>
    Effect.gen(function*() {
      const page = Effect.fail(new PageNotAvailable({ detail: "The page could not be built", hint: "Look" }))
      const [answer, health] = yield* asking([{ path: "/" }, { path: "/health" }], { page })
      assert.deepStrictEqual([answer?.status, JSON.parse(answer?.text ?? "").type], [
        503,
        "urn:orchestrator:problem:page-not-available"
      ])
      assert.strictEqual(health?.status, 200)
    }))

  it.live("can be left out", () =>
    Effect.gen(function*() {
      const [page] = yield* asking([{ path: "/", headers: html }], { dashboard: { enabled: false } })
      assert.strictEqual(page?.status, 404)
    }))
})

describe("below a path that the proxy hands on", () => {
  it.live("everything is served, with and without it", () =>
    Effect.gen(function*() {
      const answers = yield* asking([
        { path: "/below/", headers: html },
        { path: "/below/runs/code-runs/a", headers: html },
        { path: "/below/health" },
        { path: "/health" },
        { path: "/below/assets/index-a1.js" },
        { path: "/belowdecks" }
      ], { basePath: "/below" })
      assert.deepStrictEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200, 404])
      assert.include(answers[1]?.text, "<base href=\"../../\">")
    }))

  it.live("the path alone leads to the page", () =>
    Effect.gen(function*() {
      const [redirect] = yield* asking([{ path: "/below?q=a", headers: html }], { basePath: "/below" })
      assert.deepStrictEqual([redirect?.status, redirect?.headers["location"]], [308, "/below/?q=a"])
    }))
})
