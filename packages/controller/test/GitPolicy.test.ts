import { assert, describe, it } from "@effect/vitest"
import { addressOf, refusedRepositories } from "../src/GitPolicy.ts"
import { makeConfig } from "./fixtures/Given.ts"

it.each([
  { url: "https://git.example.com/acme/api.git", want: { protocol: "https", host: "git.example.com" } },
  { url: "https://git.example.com:8443/acme/api.git", want: { protocol: "https", host: "git.example.com" } },
  { url: "ssh://git@git.example.com/acme/api.git", want: { protocol: "ssh", host: "git.example.com" } },
  { url: "ssh://git@git.example.com:2222/acme/api.git", want: { protocol: "ssh", host: "git.example.com" } },
  { url: "git@git.example.com:acme/api.git", want: { protocol: "ssh", host: "git.example.com" } },
  { url: "http://127.0.0.1:3000/api.git", want: { protocol: "http", host: "127.0.0.1" } },
  { url: "file:///srv/git/api.git", want: { protocol: "file", host: "" } },
  { url: "nonsense", want: { protocol: "", host: "" } }
])("$url is reached at $want.host by $want.protocol", ({ url, want }) => assert.deepStrictEqual(addressOf(url), want))

describe("a repository is refused", () => {
  const cases: ReadonlyArray<{ name: string; git: object; url: string; want: ReadonlyArray<string> }> = [
    { name: "never, by default, over https", git: {}, url: "https://any.example.com/x", want: [] },
    { name: "never, by default, over ssh", git: {}, url: "git@any.example.com:x", want: [] },
    {
      name: "over http unless that is allowed",
      git: {},
      url: "http://any.example.com/x",
      want: ["spec.repositoryUrl"]
    },
    { name: "on this machine unless that is allowed", git: {}, url: "file:///etc", want: ["spec.repositoryUrl"] },
    {
      name: "not on this machine where that is allowed, although a file has no host",
      git: { allowedProtocols: ["file"], allowedHosts: ["git.example.com"] },
      url: "file:///srv/x.git",
      want: []
    },
    {
      name: "on a host beside the allowed ones",
      git: { allowedHosts: ["git.example.com"] },
      url: "https://git.example.com.evil.example/x",
      want: ["spec.repositoryUrl"]
    },
    {
      name: "on a host before which an allowed one stands",
      git: { allowedHosts: ["git.example.com"] },
      url: "ssh://git.example.com@evil.example/x",
      want: ["spec.repositoryUrl"]
    },
    {
      name: "not on an allowed one",
      git: { allowedHosts: ["git.example.com"] },
      url: "git@git.example.com:x",
      want: []
    }
  ]
  it.each(cases)("$name", ({ git, url, want }) => {
    const found = refusedRepositories([{ field: "spec.repositoryUrl", url }], makeConfig({ git }).git)
    assert.deepStrictEqual(found.map(({ path }) => path), want)
  })
})
