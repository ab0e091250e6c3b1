/** What a remote's listing of branches says of the one to start from. */
import { assert, describe, it } from "@effect/vitest"
import { noStart, parseRemote } from "../../src/git/UpstreamWords.ts"

const hash = "a".repeat(40)
const listing = (head: string | undefined, ...branches: ReadonlyArray<string>) =>
  [
    ...(head === undefined ? [] : [`ref: refs/heads/${head}\tHEAD`]),
    ...branches.map((name) => `${hash}\trefs/heads/${name}`)
  ].join("\n")

describe("the branch to start from", () => {
  it.each<{ name: string; given: string; want: string | undefined }>([
    { name: "is the remote's HEAD", given: listing("dev", "dev", "main"), want: "dev" },
    { name: "is main where HEAD names what is not there", given: listing("trunk", "dev", "main"), want: "main" },
    { name: "is main where there is no HEAD", given: listing(undefined, "dev", "main", "master"), want: "main" },
    { name: "is master where there is no main", given: listing(undefined, "dev", "master"), want: "master" },
    { name: "is the only one", given: listing("main", "trunk"), want: "trunk" },
    { name: "is no guess among several", given: listing("main", "dev", "trunk"), want: undefined },
    { name: "is none of nothing", given: listing("main"), want: undefined },
    { name: "is none of no answer", given: "", want: undefined }
  ])("$name", ({ given, want }) => assert.strictEqual(parseRemote(given).defaultBranch, want))

  it("or what there is, and the key to set", () => {
    const many = parseRemote(listing(undefined, ...Array.from({ length: 11 }, (_, index) => `b${index}`))).heads
    assert.match(noStart(many), /but b0, b1, .*b7 and 3 more: set forge\.pullRequest\.base/)
    assert.match(noStart(new Map()), /no branch.*push one first/)
  })
})
