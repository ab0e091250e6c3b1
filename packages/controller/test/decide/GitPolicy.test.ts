import { assert, describe, it } from "@effect/vitest"
import { refusedRepositories } from "../../src/decide/GitPolicy.ts"
import { makeConfig } from "../fixtures/Given.ts"

describe("a repository is refused", () => {
  const cases: ReadonlyArray<{ name: string; git: object; url: string; want: ReadonlyArray<string> }> = [
    { name: "not at the forge, by default, over https", git: {}, url: "https://github.com/acme/x", want: [] },
    { name: "not at the forge, by default, over ssh", git: {}, url: "git@github.com:acme/x", want: [] },
    { name: "elsewhere, by default", git: {}, url: "https://any.example.com/x", want: ["spec.repositoryUrl"] },
    {
      name: "nowhere where any host may be named",
      git: { allowedHosts: ["*"] },
      url: "https://any.example.com/x",
      want: []
    },
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
    const found = refusedRepositories(
      { repositories: [{ field: "spec.repositoryUrl", url }], pages: [] },
      makeConfig({ git })
    )
    assert.deepStrictEqual(found.map(({ path }) => path), want)
  })

  it.each([
    { url: "https://github.com/acme/x/issues/1", want: [] },
    { url: "https://evil.example/acme/x/issues/1", want: ["spec.issue"] }
  ])("and an issue only at a host that may be named, whatever protocol git takes: $url", ({ url, want }) => {
    const config = makeConfig({ git: { allowedProtocols: ["ssh"] } })
    const found = refusedRepositories({ repositories: [], pages: [{ field: "spec.issue", url }] }, config)
    assert.deepStrictEqual(found.map(({ path }) => path), want)
  })
})
