import { assert, describe, it } from "@effect/vitest"
import { isLoopback, refusal } from "../../src/server/Guard.ts"

describe("loopback", () => {
  it.each(["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "app.localhost", "LOCALHOST"])("is %s", (host) => {
    assert.isTrue(isLoopback(host))
  })

  it.each([
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "example.com",
    "localhost.example.com",
    "127.0.0.1.nip.io",
    "",
    "127.evil.test"
  ])(
    "is not %j",
    (host) => {
      assert.isFalse(isLoopback(host))
    }
  )
})

describe("requests to a server of this machine", () => {
  const local = { method: "GET", host: "127.0.0.1:8080", origin: undefined }

  it.each([
    { name: "a program", given: local, want: undefined },
    { name: "IPv6", given: { ...local, host: "[::1]:8080" }, want: undefined },
    { name: "a name that was rebound", given: { ...local, host: "evil.example:8080" }, want: "HostRefused" },
    { name: "no host", given: { ...local, host: undefined }, want: "HostRefused" },
    { name: "its own page", given: { ...local, method: "POST", origin: "http://127.0.0.1:8080" }, want: undefined },
    {
      name: "another page that posts",
      given: { ...local, method: "POST", origin: "https://evil.example" },
      want: "CrossOrigin"
    },
    {
      name: "another port's page that posts",
      given: { ...local, method: "POST", origin: "http://127.0.0.1:3000" },
      want: "CrossOrigin"
    },
    {
      name: "a page without origin that deletes",
      given: { ...local, method: "DELETE", origin: "null" },
      want: "CrossOrigin"
    },
    { name: "another page that reads", given: { ...local, origin: "https://evil.example" }, want: undefined }
  ])("by $name", ({ given, want }) => {
    assert.strictEqual(refusal(given, true)?._tag, want)
  })

  it("by any name are for a server that others reach", () => {
    assert.isUndefined(refusal({ ...local, host: "api.example.com" }, false))
  })
})
