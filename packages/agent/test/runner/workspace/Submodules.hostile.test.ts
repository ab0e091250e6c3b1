/** What an agent leaves in the submodules that it was given, with the real broker beside the runner. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { brokerFor } from "../../fixtures/BrokerProcess.ts"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { git, removeFolder } from "../../fixtures/Remotes.ts"
import { attempt, codeRun, execute, surroundings } from "../../fixtures/Run.ts"
import { library, link } from "../../fixtures/Submodules.ts"

const branch = "feature/task-1-implementation"

describe("an attempt after an agent that spoilt its submodules", () => {
  it.live("has them as they are pinned, runs nothing of theirs, and writes nothing through a link", () =>
    Effect.gen(function*() {
      const around = surroundings()
      const { clone, folder, remotes, workspace } = around
      const trap = join(folder, "trap")
      const outside = join(folder, "outside")
      mkdirSync(outside)
      const [commit = ""] = library(join(dirname(remotes.target), "lib.git"), "one")
      link(remotes.target, [
        { path: "lib", url: "../lib.git", commit },
        { path: "a/lib", url: "../lib.git", commit }
      ])
      const run = Effect.fnUntraced(function*(number: number, script: string) {
        const agent = fakeClaude(join(folder, `agent-${number}`), `keep; init; say x\n(\n${script}\n)\ndone_\n`)
        const again = number === 1 ? {} : attempt(around, number)
        const broker = yield* brokerFor(around, codeRun(around, again, agent), {
          BROKER_STATE_DIR: join(folder, `broker-${number}`)
        })
        const { log, result } = yield* execute(broker.environment)
        assert.strictEqual(result.outcome, "Completed", log.join("\n"))
        return { log: log.join("\n"), message: result.message }
      })
      const first = yield* run(
        1,
        [
          `sh="touch ${trap}"`,
          "echo mine > lib/mine",
          "for at in lib a/lib; do for key in core.fsmonitor filter.evil.clean core.sshCommand core.pager; do git -C $at config $key \"$sh\"; done; done",
          "echo '* filter=evil' > lib/.gitattributes; echo changed > lib/v",
          "git config -f .gitmodules submodule.m0.ignore none",
          "mkdir -p .git/modules/0/hooks; for hook in post-checkout reference-transaction post-index-change; do " +
          "printf '#!/bin/sh\\n%s\\n' \"$sh\" > .git/modules/0/hooks/$hook; chmod +x .git/modules/0/hooks/$hook; done",
          "printf '/etc\\n' > .git/modules/0/objects/info/alternates",
          "echo work > work.txt"
        ].join("\n")
      )
      assert.include(first.message, "lib (a submodule: changes inside of it are not delivered)")
      assert.deepStrictEqual(
        git(remotes.target, "diff", "--name-only", `main...${branch}`).split("\n"),
        [".gitmodules", "work.txt"]
      )
      rmSync(join(clone, "a"), { recursive: true })
      symlinkSync(outside, join(clone, "a"))
      const second = yield* run(2, "cat lib/v > seen.txt; ls -A lib >> seen.txt")
      assert.deepStrictEqual(git(remotes.target, "show", `${branch}:seen.txt`).split("\n"), ["one", ".git", "v"])
      assert.include(readFileSync(join(folder, "agent-2", "prompt.1"), "utf8"), "were put away: lib at", second.log)
      const kept = join(workspace, ".orchestrator", "kept")
      assert.isTrue(readdirSync(kept, { recursive: true }).some((name) => String(name).endsWith("/mine")))
      assert.deepStrictEqual(readdirSync(outside), [])
      assert.isFalse(existsSync(trap))
      removeFolder(folder)
    }))
})

describe("an attempt after one that was killed on a branch of its own making", () => {
  it.live.each([
    {
      name: "changes in a submodule are put away",
      left: "echo changed > lib/v; echo mine > lib/mine",
      kept: ["mine", "v"]
    },
    {
      name: "what hides itself in a submodule is put away",
      left: "mkdir lib/hidden; echo '*' > lib/hidden/.gitignore; echo mine > lib/hidden/mine",
      kept: ["hidden", "hidden/.gitignore", "hidden/mine", "v"]
    },
    { name: "a submodule as it is pinned stays", left: "true", kept: undefined }
  ])("$name", ({ kept, left }) =>
    Effect.gen(function*() {
      const around = surroundings()
      const { clone, folder, remotes, workspace } = around
      const [commit = ""] = library(join(dirname(remotes.target), "lib.git"), "one")
      link(remotes.target, [{ path: "lib", url: "../lib.git", commit }])
      const run = Effect.fnUntraced(function*(number: number, script: string) {
        const agent = fakeClaude(join(folder, `agent-${number}`), `keep; init; say x\n${script}\ndone_\n`)
        return yield* execute(codeRun(around, number === 1 ? {} : attempt(around, number), agent))
      })
      yield* run(1, "echo work > work.txt")
      execFileSync("bash", ["-ec", `git checkout -q -b side\n${left}`], { cwd: clone, stdio: "ignore" })
      const { log } = yield* run(2, "ls -A lib > seen.txt")
      const told = readFileSync(join(folder, "agent-2", "prompt.1"), "utf8")
      assert.strictEqual(told.includes("were put away: lib at"), kept !== undefined, log.join("\n"))
      assert.strictEqual(git(remotes.target, "show", `${branch}:seen.txt`), ".git\nv")
      const place = join(workspace, ".orchestrator", "kept")
      const found = existsSync(place)
        ? readdirSync(place, { recursive: true }).map(String).flatMap((name) =>
          /^\d+\/lib\/(.*)$/.exec(name)?.[1] ?? []
        )
        : undefined
      assert.deepStrictEqual(found?.sort(), kept)
      removeFolder(folder)
    }))
})
