/** Branches that are told while nothing of them is here are told as git itself would tell them. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { branchList, canBeTold } from "../../src/broker/git/BranchList.ts"
import { packet, packetsUntilFlush } from "../../src/broker/git/PktLine.ts"
import { commitTo, demoRemotes, git, headOf, tempFolder } from "../fixtures/Remotes.ts"

const names = ["main", "a/b", "a-b", "fix/\u00e9", "Upper", "zz"]

const repository = () => {
  const { target } = demoRemotes(join(tempFolder(), "remotes"))
  for (const name of names) commitTo(target, name, { "a.txt": name })
  for (const name of git(target, "for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n")) {
    if (!names.includes(name)) git(target, "update-ref", "-d", `refs/heads/${name}`)
  }
  for (const tag of git(target, "tag").split("\n").filter((name) => name !== "")) git(target, "tag", "-d", tag)
  git(target, "symbolic-ref", "HEAD", "refs/heads/main")
  return { target, branches: names.map((name) => [name, headOf(target, name) ?? ""] as const) }
}

const requestOf = (lines: ReadonlyArray<string>) =>
  Buffer.concat([
    packet("command=ls-refs\n"),
    Buffer.from("0001"),
    ...lines.map((line) => packet(line)),
    Buffer.from("0000")
  ])

const gitsAnswer = (target: string, request: Uint8Array) =>
  execFileSync("git", ["upload-pack", "--stateless-rpc", target], {
    input: request,
    env: { PATH: process.env["PATH"], GIT_PROTOCOL: "version=2", GIT_CONFIG_GLOBAL: "/dev/null" }
  }).toString()

describe("the list of branches", () => {
  const { branches, target } = repository()
  const clone = [
    "peel\n",
    "symrefs\n",
    "unborn\n",
    "ref-prefix HEAD\n",
    "ref-prefix refs/heads/\n",
    "ref-prefix refs/tags/\n"
  ]
  it.each([
    { name: "of a clone", lines: clone },
    { name: "of everything", lines: [] },
    { name: "without where HEAD leads", lines: ["peel\n"] },
    { name: "of one branch", lines: ["symrefs\n", "ref-prefix refs/heads/a\n"] },
    { name: "without HEAD", lines: ["symrefs\n", "ref-prefix refs/heads/zz\n"] },
    { name: "of tags", lines: ["ref-prefix refs/tags/\n"] },
    { name: "without ends of lines", lines: ["symrefs", "ref-prefix HEAD"] }
  ])("$name is git's own", ({ lines }) => {
    const request = requestOf(lines)
    const told = branchList(packetsUntilFlush(request)?.packets ?? [], branches, "main")
    assert.strictEqual(Buffer.from(told ?? []).toString(), gitsAnswer(target, request))
  })

  it.each([
    { name: "another command", packets: ["command=fetch\n"] },
    { name: "a word that nobody knows", packets: ["command=ls-refs\n", "everything\n"] },
    { name: "another way of naming objects", packets: ["command=ls-refs\n", "object-format=sha256\n"] },
    { name: "nothing", packets: [] }
  ])("is left to git for $name", ({ packets }) => assert.isUndefined(branchList(packets, branches, "main")))

  it.each([
    { name: "HEAD leads to no branch", defaultBranch: undefined, heads: new Map(branches) },
    { name: "HEAD leads to one that is not there", defaultBranch: "other", heads: new Map(branches) },
    { name: "objects have longer names", defaultBranch: "main", heads: new Map([["main", "a".repeat(64)]]) }
  ])("is left to git where $name", (upstream) => assert.isFalse(canBeTold(upstream)))
})
