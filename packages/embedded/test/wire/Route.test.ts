import { assert, describe, it } from "@effect/vitest"
import { routeOf } from "../../src/wire/Route.ts"

const resource = { _tag: "Resource", group: "", version: "v1" } as const

describe("routeOf", () => {
  it.each([
    { path: "/healthz", want: { _tag: "Health" } },
    { path: "/readyz/ping", want: { _tag: "Health" } },
    { path: "/version", want: { _tag: "Version" } },
    { path: "/api", want: { _tag: "CoreVersions" } },
    { path: "/apis/", want: { _tag: "Groups" } },
    { path: "/apis/batch", want: { _tag: "Group", group: "batch" } },
    { path: "/api/v1", want: { _tag: "Resources", group: "", version: "v1" } },
    { path: "/apis/batch/v1", want: { _tag: "Resources", group: "batch", version: "v1" } },
    { path: "/openapi/v2", want: { _tag: "OpenApiV2" } },
    { path: "/openapi/v3", want: { _tag: "OpenApiV3Index" } },
    { path: "/openapi/v3/api/v1", want: { _tag: "OpenApiV3", group: "", version: "v1" } },
    { path: "/openapi/v3/apis/batch/v1", want: { _tag: "OpenApiV3", group: "batch", version: "v1" } },
    { path: "/openapi/v3/apis/batch", want: { _tag: "Unknown" } },
    { path: "/api/v1/pods", want: { ...resource, plural: "pods" } },
    { path: "/api/v1/nodes/a", want: { ...resource, plural: "nodes", name: "a" } },
    { path: "/api/v1/namespaces", want: { ...resource, plural: "namespaces" } },
    { path: "/api/v1/namespaces/x", want: { ...resource, plural: "namespaces", name: "x" } },
    {
      path: "/api/v1/namespaces/x/status",
      want: { ...resource, plural: "namespaces", name: "x", subresource: "status" }
    },
    { path: "/api/v1/namespaces/x/pods", want: { ...resource, plural: "pods", namespace: "x" } },
    {
      path: "/api/v1/namespaces/x/pods/a%2Fb/log",
      want: { ...resource, plural: "pods", namespace: "x", name: "a/b", subresource: "log" }
    },
    {
      path: "/apis/batch/v1/namespaces/x/jobs/y/status",
      want: { ...resource, group: "batch", plural: "jobs", namespace: "x", name: "y", subresource: "status" }
    },
    { path: "/api/v1/namespaces/x/pods/a/log/b", want: { _tag: "Unknown" } },
    { path: "/constructor", want: { _tag: "Unknown" } },
    { path: "/", want: { _tag: "Unknown" } }
  ])("$path", ({ path, want }) => {
    assert.deepStrictEqual(routeOf(path) as object, want)
  })
})
