/** Repositories beside the run's own: read by the agent, written by nobody. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brokerFor } from "../../fixtures/BrokerProcess.ts"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { commitTo, fileOf, headOf, removeFolder } from "../../fixtures/Remotes.ts"
import { codeRun, execute, removeShared, type Surroundings, surroundings } from "../../fixtures/Run.ts"

afterAll(removeShared)
let around: Surroundings
const start = () => (around = surroundings())
afterEach(() => removeFolder(around.folder))

const branch = "feature/task-1-implementation"

const run = Effect.fnUntraced(
  function*(repositories: ReadonlyArray<object>, commands: string, changes: Readonly<Record<string, string>> = {}) {
    const agent = fakeClaude(join(around.folder, "agent"), `keep\ninit\nsay working\n${commands}\ndone_\n`)
    const environment = { ...codeRun(around, changes, agent), ORCHESTRATOR_REPOSITORIES: JSON.stringify(repositories) }
    const broker = yield* brokerFor(around, environment)
    return yield* execute(broker.environment)
  }
)
const seen = () => fileOf(around.remotes.target, branch, "seen.txt") ?? ""
const tells = (commands: string) => `{ ${commands}; } > seen.txt 2>&1; git add -f seen.txt; git commit --quiet -m seen`

describe("another repository", () => {
  it.live("is beside the clone, at its default branch or the one that is named, and the agent is told", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      commitTo(remotes.docs, "next", { "next.txt": "next" })
      const url = `file://${remotes.docs}`
      const { log, result } = yield* run(
        [{ name: "docs", url }, { name: "next", url, branch: "next" }],
        tells(
          "cd ../repositories; ls; cat next/next.txt; ls docs/next.txt; git -C docs rev-parse HEAD; cat \"$here/stdin\""
        )
      )
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      const text = seen()
      assert.match(text, /^docs\nnext\nnext/)
      assert.include(text, headOf(remotes.docs, "main") ?? "no commit")
      assert.include(text, "docs/next.txt")
      assert.include(text, "No such file")
    }))

  it.live("is anew for each attempt, whatever was left there", () =>
    Effect.gen(function*() {
      const { remotes, workspace } = start()
      mkdirSync(join(workspace, "repositories", "docs"), { recursive: true })
      mkdirSync(join(workspace, "repositories", "old"))
      writeFileSync(join(workspace, "repositories", "docs", "planted.txt"), "x")
      const { result } = yield* run(
        [{ name: "docs", url: `file://${remotes.docs}` }],
        tells("ls ../repositories ../repositories/docs; git -C ../repositories/docs status --porcelain")
      )
      assert.strictEqual(result.outcome, "Completed")
      assert.notMatch(seen(), /old|planted/)
    }))

  it.live("goes when the run names none any more", () =>
    Effect.gen(function*() {
      const { workspace } = start()
      mkdirSync(join(workspace, "repositories", "old"), { recursive: true })
      const { result } = yield* run([], tells("ls .."))
      assert.strictEqual(result.outcome, "Completed")
      assert.notInclude(seen(), "repositories")
    }))

  it.live("can be pushed to by nobody", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const before = headOf(remotes.docs, "main")
      const { result } = yield* run(
        [{ name: "docs", url: `file://${remotes.docs}` }],
        tells(
          "cd ../repositories/docs; echo x > x; git add x; git commit -qm x; git push origin HEAD:main; git push origin HEAD:other; true"
        )
      )
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(headOf(remotes.docs, "main"), before)
      assert.isUndefined(headOf(remotes.docs, "other"))
      assert.include(seen(), "can only be read")
    }))

  it.live.each<
    {
      name: string
      repositories: () => ReadonlyArray<object>
      changes?: Readonly<Record<string, string>>
      want: string
    }
  >([
    {
      name: "is not there",
      repositories: () => [{ name: "none", url: `file://${around.folder}/none.git` }],
      want: "none.git cannot be read"
    },
    {
      name: "has no such branch",
      repositories: () => [{ name: "docs", url: `file://${around.remotes.docs}`, branch: "release/9" }],
      want: "has no branch release/9; it has main"
    },
    {
      name: "has a name that leads elsewhere",
      repositories: () => [{ name: "../../x", url: `file://${around.remotes.docs}` }],
      want: "ORCHESTRATOR_REPOSITORIES"
    }
  ])("that $name is SetupFailed, named", ({ changes = {}, repositories, want }) =>
    Effect.gen(function*() {
      start()
      const agent = fakeClaude(join(around.folder, "agent"), "keep\ninit\ndone_\n")
      const { result } = yield* execute({
        ...codeRun(around, changes, agent),
        ORCHESTRATOR_REPOSITORIES: JSON.stringify(repositories())
      })
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, want)
    }))
})
