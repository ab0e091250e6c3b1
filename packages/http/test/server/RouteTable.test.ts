import { assert, describe, it } from "@effect/vitest"
import { knownPath } from "../../src/server/RouteTable.ts"

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
