import { assert, describe, it } from "@effect/vitest"
import { changeOf, knownPath } from "../../src/server/RouteTable.ts"

describe("known paths", () => {
  it.each([
    { given: "/api/v1/code-runs", pattern: "/api/v1/code-runs", methods: ["GET", "HEAD", "POST"] },
    { given: "/api/v1/code-runs?limit=1", pattern: "/api/v1/code-runs", methods: ["GET", "HEAD", "POST"] },
    { given: "/api/v1/code-runs/a", pattern: "/api/v1/code-runs/:name", methods: ["DELETE", "GET", "HEAD"] },
    { given: "/api/v1/docs-runs/a/retry", pattern: "/api/v1/docs-runs/:name/retry", methods: ["POST"] },
    { given: "/health", pattern: "/health", methods: ["GET", "HEAD"] },
    { given: "/docs", pattern: "/docs", methods: ["GET", "HEAD"] }
  ])("$given", ({ given, methods, pattern }) => {
    const found = knownPath(given)
    assert.deepStrictEqual([found?.pattern, found?.methods], [pattern, methods])
  })

  it.each(["/", "/api", "/api/v1/code-runs/a/b", "/healthz", "//", "/%"])("%s is none", (path) => {
    assert.isUndefined(knownPath(path))
  })
})

describe("what a request would change", () => {
  it.each([
    { method: "POST", url: "/api/v1/code-runs", want: { verb: "create", resource: "coderuns" } },
    { method: "POST", url: "/api/v1/code-runs/a/retry", want: { verb: "retry", resource: "coderuns", name: "a" } },
    { method: "POST", url: "/api/v1/docs-runs/cancel", want: { verb: "cancel", resource: "docsruns" } },
    { method: "DELETE", url: "/api/v1/code-runs/plan", want: { verb: "delete", resource: "coderuns", name: "plan" } },
    {
      method: "DELETE",
      url: "/api/v1/docs-runs/cancel?x",
      want: { verb: "delete", resource: "docsruns", name: "cancel" }
    },
    { method: "POST", url: "/api/v1/code-runs/plan", want: undefined },
    { method: "POST", url: "/api/v1/code-runs/a/plan", want: undefined },
    { method: "GET", url: "/api/v1/code-runs/a", want: undefined },
    { method: "BREW", url: "/api/v1/code-runs/a", want: undefined }
  ])("$method $url", ({ method, url, want }) => assert.deepStrictEqual(changeOf(method, url), want))
})
