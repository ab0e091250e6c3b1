import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decoder } from "../src/Decode.ts"
import { OtherRepositories, otherRepositoryName, placedRepositories } from "../src/OtherRepositories.ts"

const decode = decoder(OtherRepositories)
const at = (name: string) => `https://github.com/acme/${name}`

describe("a repository beside the run's own is called", () => {
  it.each([
    ["https://github.com/acme/api", "api"],
    ["https://github.com/acme/api.git", "api"],
    ["https://github.com/acme/api.git/", "api"],
    ["git@github.com:acme/api.v2.git", "api.v2"],
    ["git@github.com:api", "api"],
    ["file:///srv/git/api.git", "api"],
    ["https://github.com/acme/.github", ""],
    ["https://github.com/acme/..", ""]
  ])("%s: %s", (url, want) => assert.strictEqual(otherRepositoryName({ url }), want))

  it("as it says itself", () =>
    assert.deepStrictEqual(placedRepositories([{ url: at("a"), name: "b", branch: "c" }, { url: at("d") }]), [
      { name: "b", url: at("a"), branch: "c" },
      { name: "d", url: at("d") }
    ]))
})

describe("repositories are refused, with the field:", () => {
  it.each<{ name: string; given: unknown; want: ReadonlyArray<string> }>([
    { name: "none are fine", given: [], want: [] },
    { name: "eight are fine", given: Array.from({ length: 8 }, (_, index) => ({ url: at(`r${index}`) })), want: [] },
    {
      name: "nine are too many",
      given: Array.from({ length: 9 }, (_, index) => ({ url: at(`r${index}`) })),
      want: [""]
    },
    { name: "two of one name", given: [{ url: at("a") }, { url: "git@github.com:other/A.git" }], want: ["[1].name"] },
    { name: "two of one name that say so", given: [{ url: at("a") }, { url: at("b"), name: "a" }], want: ["[1].name"] },
    { name: "two of one address with names", given: [{ url: at("a") }, { url: at("a"), name: "b" }], want: [] },
    { name: "no folder's name", given: [{ url: at(".github") }], want: ["[0].name"] },
    { name: "a name that leads elsewhere", given: [{ url: at("a"), name: ".." }], want: ["[0].name"] },
    { name: "a name with a slash", given: [{ url: at("a"), name: "a/b" }], want: ["[0].name"] },
    { name: "git's own folder", given: [{ url: at("a"), name: "x.git" }], want: ["[0].name"] },
    { name: "an address that is none", given: [{ url: "acme/a" }], want: ["[0].url"] },
    { name: "credentials in the address", given: [{ url: "https://u:p@github.com/acme/a" }], want: ["[0].url"] },
    { name: "a branch that could be an option", given: [{ url: at("a"), branch: "--x" }], want: ["[0].branch"] },
    { name: "a text", given: at("a"), want: [""] }
  ])("$name", ({ given, want }) => {
    const read = decode(given)
    const paths = Result.isFailure(read) ? read.failure.map(({ path }) => path) : []
    assert.deepStrictEqual([...new Set(paths)], want)
  })
})
