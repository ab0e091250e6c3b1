import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/contract/Api.ts"
import { ask, TestApi } from "../fixtures/TestApi.ts"

describe("documents", () => {
  it.effect("/openapi.json is the contract", () =>
    Effect.gen(function*() {
      const { headers, json, status } = yield* ask("GET", "/openapi.json")
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-type"], "application/json")
      assert.deepStrictEqual<unknown>(json, JSON.parse(JSON.stringify(OpenApi.fromApi(Api))))
    }).pipe(Effect.provide(TestApi)))

  it.effect("/docs needs nothing that is not in it", () =>
    Effect.gen(function*() {
      const first = yield* ask("GET", "/docs")
      const second = yield* ask("GET", "/docs")
      assert.strictEqual(first.status, 200)
      assert.match(first.headers["content-type"] ?? "", /^text\/html/)
      assert.notMatch(first.text.slice(0, 2000), /<(script|link|img)[^>]+(src|href)=/)
      assert.match(first.headers["content-security-policy"] ?? "", /default-src 'none'.*connect-src 'self'/)
      assert.include(first.text, "Start a CodeRun")
      assert.strictEqual(second.text.length, first.text.length)
    }).pipe(Effect.provide(TestApi)))
})
