import { assert, describe, it } from "@effect/vitest"
import {
  type BranchChoice,
  type BranchFacts,
  choiceFor,
  chooseBranch,
  leftBranch,
  mustLeave,
  parseWriters
} from "../../src/git/Branch.ts"

const plain = "feature/task-1-implementation"
const own = `${plain}-3f9c2a1b`
const facts = (changes: Partial<BranchFacts>): BranchFacts => ({
  runUid: "me",
  plain,
  own,
  remote: new Map(),
  claims: {},
  writers: [],
  contested: false,
  local: false,
  contained: false,
  ...changes
})
const taken = new Map([[plain, "c1"]])

describe("chooseBranch", () => {
  it.each<{ name: string; given: Partial<BranchFacts>; want: BranchChoice }>([
    { name: "nobody has it: the task's", given: {}, want: { branch: plain, continues: false } },
    { name: "somebody has it: our own", given: { remote: taken }, want: { branch: own, continues: false } },
    {
      name: "we had pushed it: go on",
      given: { remote: taken, claims: { [plain]: { runUid: "me", pushed: "c0" } } },
      want: { branch: plain, continues: true }
    },
    {
      name: "the workspace is lost, but commits name us: go on",
      given: { remote: taken, writers: ["other", "me"] },
      want: { branch: plain, continues: true }
    },
    {
      name: "commits name another: our own",
      given: { remote: taken, writers: ["other"] },
      want: { branch: own, continues: false }
    },
    {
      name: "our agent pushed it itself before it was killed: go on",
      given: { remote: taken, claims: { [plain]: { runUid: "me" } }, local: true, contained: true },
      want: { branch: plain, continues: true }
    },
    {
      name: "somebody took the name while we worked: our own, with our work",
      given: { remote: taken, claims: { [plain]: { runUid: "me" } }, local: true },
      want: { branch: own, continues: false, from: plain }
    },
    {
      name: "our own is on the remote: go on",
      given: { remote: new Map([[own, "c1"]]) },
      want: { branch: own, continues: true }
    },
    {
      name: "our own is only here: go on",
      given: { remote: taken, claims: { [own]: { runUid: "me" } } },
      want: { branch: own, continues: true }
    },
    {
      name: "ours, never pushed: go on",
      given: { claims: { [plain]: { runUid: "me" } }, local: true },
      want: { branch: plain, continues: true }
    },
    {
      name: "ours, but the workspace is another: begin",
      given: { claims: { [plain]: { runUid: "me" } } },
      want: { branch: plain, continues: false }
    },
    { name: "the task has other runs: our own", given: { contested: true }, want: { branch: own, continues: false } },
    {
      name: "the task has other runs by now, and our work is here: go on",
      given: { contested: true, claims: { [plain]: { runUid: "me" } }, local: true },
      want: { branch: plain, continues: true }
    },
    {
      name: "another run's work that never left the workspace is not overwritten",
      given: { claims: { [plain]: { runUid: "other" } }, local: true },
      want: { branch: own, continues: false }
    },
    {
      name: "another run's branch, merged and deleted on the remote, is free",
      given: { claims: { [plain]: { runUid: "other", pushed: "c0" } }, local: true },
      want: { branch: plain, continues: false }
    }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(chooseBranch(facts(given)), want))

  it("reads writers from trailers", () => assert.deepStrictEqual(parseWriters("a\n\n\nb\na\n"), ["a", "b"]))
})

describe("a branch that a broker decided", () => {
  it.each<{ name: string; decided: string; given: Partial<BranchFacts>; want: BranchChoice; leaves?: boolean }>([
    { name: "as we would", decided: plain, given: {}, want: { branch: plain, continues: false } },
    {
      name: "ours by what the controller knows, on a workspace that is new: go on",
      decided: plain,
      given: { remote: taken },
      want: { branch: plain, continues: true }
    },
    {
      name: "our own, since nothing there proves that the task's is ours: with our work",
      decided: own,
      given: { remote: taken, claims: { [plain]: { runUid: "me", pushed: "c0" } }, local: true },
      want: { branch: own, continues: false, from: plain }
    },
    {
      name: "our own, which is there: go on",
      decided: own,
      given: { remote: new Map([[own, "c1"]]), claims: { [plain]: { runUid: "me" } }, local: true },
      want: { branch: own, continues: true }
    },
    {
      name: "the task's, but another run's unpushed work is on it here: ask for our own",
      decided: plain,
      given: { claims: { [plain]: { runUid: "other" } }, local: true },
      want: { branch: plain, continues: false },
      leaves: true
    },
    {
      name: "the task's, but our work is on our own here: ask for it",
      decided: plain,
      given: { remote: taken, claims: { [own]: { runUid: "me" } } },
      want: { branch: plain, continues: true },
      leaves: true
    }
  ])("$name", ({ decided, given, leaves = false, want }) => {
    assert.deepStrictEqual(choiceFor(decided, facts(given)), want)
    assert.strictEqual(mustLeave(chooseBranch(facts(given)), decided, facts(given)), leaves)
  })
})

describe("the task's branch is left behind", () => {
  const mine = { [plain]: { runUid: "me" } }
  const pushed: Partial<BranchFacts> = { remote: taken, claims: mine, local: true, contained: true }
  it.each<{ name: string; branch: string; given: Partial<BranchFacts>; want: string | undefined }>([
    { name: "where this run pushed to it and the broker decided for its own", branch: own, given: pushed, want: plain },
    { name: "never where the run goes on with it", branch: plain, given: pushed, want: undefined },
    { name: "never where it was not pushed", branch: own, given: { ...pushed, remote: new Map() }, want: undefined },
    {
      name: "never where it has more than is here",
      branch: own,
      given: { ...pushed, contained: false },
      want: undefined
    },
    { name: "never where it is another run's", branch: own, given: { ...pushed, claims: {} }, want: undefined }
  ])("$name", ({ branch, given, want }) => {
    assert.strictEqual(leftBranch(facts(given), { branch, continues: false }), want)
  })
})
