import { assert, describe, it } from "@effect/vitest"
import { makeGuard } from "../../src/wire/Guard.ts"
import { routeOf } from "../../src/wire/Route.ts"

const guard = makeGuard("fake-token", 6443)

const good = {
  host: "127.0.0.1:6443",
  origin: undefined,
  authorization: "Bearer fake-token",
  impersonates: false
}

describe("makeGuard", () => {
  it.each([
    { name: "a caller with the token", caller: good, path: "/api", want: undefined },
    { name: "localhost", caller: { ...good, host: "LOCALHOST:6443" }, path: "/api", want: undefined },
    { name: "no token", caller: { ...good, authorization: undefined }, path: "/api", want: "Unauthorized" },
    {
      name: "a wrong token",
      caller: { ...good, authorization: "Bearer fake-tokem" },
      path: "/api",
      want: "Unauthorized"
    },
    { name: "the bare token", caller: { ...good, authorization: "fake-token" }, path: "/api", want: "Unauthorized" },
    {
      name: "a path that does not exist",
      caller: { ...good, authorization: undefined },
      path: "/x",
      want: "Unauthorized"
    },
    { name: "health without a token", caller: { ...good, authorization: undefined }, path: "/readyz", want: undefined },
    { name: "a rebound name", caller: { ...good, host: "evil.example:6443" }, path: "/api", want: "Forbidden" },
    { name: "another port", caller: { ...good, host: "127.0.0.1:80" }, path: "/api", want: "Forbidden" },
    { name: "no host", caller: { ...good, host: undefined }, path: "/api", want: "Forbidden" },
    { name: "a web page", caller: { ...good, origin: "https://evil.example" }, path: "/api", want: "Forbidden" },
    {
      name: "a library's WebSocket",
      caller: { ...good, origin: "https://127.0.0.1:6443" },
      path: "/api",
      want: undefined
    },
    {
      name: "a page of the port's plain HTTP",
      caller: { ...good, origin: "http://127.0.0.1:6443" },
      path: "/api",
      want: "Forbidden"
    },
    { name: "somebody else's name", caller: { ...good, impersonates: true }, path: "/api", want: "Forbidden" },
    { name: "a web page at health", caller: { ...good, origin: "null" }, path: "/healthz", want: "Forbidden" }
  ])("$name", ({ caller, path, want }) => {
    assert.strictEqual(guard(caller, routeOf(path))?._tag, want)
  })
})
