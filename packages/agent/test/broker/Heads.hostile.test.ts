/** A remote whose HEAD names a branch that is not there, behind a broker that keeps only the branches that a run needs. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { agentGit } from "../fixtures/AgentGit.ts"
import { place, startBroker } from "../fixtures/Broker.ts"
import { commitTo, git } from "../fixtures/Remotes.ts"

const ask = Effect.fnUntraced(function*(prepare: (target: string) => void) {
  const around = yield* place
  prepare(around.remotes.target)
  const broker = yield* startBroker(around.environment)
  const clone = join(around.folder, "clone")
  mkdirSync(clone)
  const said = yield* agentGit(broker, clone)("ls-remote", "--symref", `${broker.url}/git/target.git`)
  return { ...said, brokerReport: broker.brokerReport() }
})

describe("a remote whose HEAD names a branch that is not there", () => {
  it.live.each<{ name: string; prepare: (target: string) => void; want: string }>([
    {
      name: "main",
      prepare: (target) => git(target, "symbolic-ref", "HEAD", "refs/heads/trunk"),
      want: "main"
    },
    {
      name: "main among others",
      prepare: (target) => {
        commitTo(target, "aardvark", { "a.txt": "a" })
        git(target, "symbolic-ref", "HEAD", "refs/heads/trunk")
      },
      want: "main"
    },
    {
      name: "its only branch",
      prepare: (target) => {
        git(target, "branch", "--move", "main", "trunk")
        git(target, "symbolic-ref", "HEAD", "refs/heads/main")
      },
      want: "trunk"
    }
  ])("has $name as the branch that work starts from", ({ prepare, want }) =>
    Effect.gen(function*() {
      const { ok, words } = yield* ask(prepare)
      assert.isTrue(ok, words)
      assert.include(words, `ref: refs/heads/${want}\tHEAD`)
    }))

  it.live("is refused with its branches and the key to set where several could be meant", () =>
    Effect.gen(function*() {
      const { ok, brokerReport, words } = yield* ask((target) => {
        commitTo(target, "trunk", { "a.txt": "a" })
        git(target, "branch", "--move", "main", "dev")
        git(target, "symbolic-ref", "HEAD", "refs/heads/main")
      })
      assert.isFalse(ok)
      for (const said of [words, brokerReport.problem ?? ""]) {
        for (const part of ["dev", "trunk", "forge.pullRequest.base"]) assert.include(said, part)
      }
    }))
})
