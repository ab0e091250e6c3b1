/** `agent.credentials: env`: the broker's forge in the runner's own process. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { gitHub, type GitHubOptions } from "../../fixtures/github/GitHub.ts"
import { headOf, removeFolder } from "../../fixtures/Remotes.ts"
import { codeRun, execute, removeShared, type Surroundings, surroundings, token } from "../../fixtures/Run.ts"

const branch = "feature/task-1-implementation"

afterAll(removeShared)
let around: Surroundings
afterEach(() => removeFolder(around.folder))

const agent = (body: string) => fakeClaude(join(around.folder, "agent"), `keep\ninit\nsay working\n${body}\n`)

/** A run on a repository of GitHub's, which is a folder, with this double for the API. */
const start = Effect.fnUntraced(function*(options: Partial<GitHubOptions> = {}) {
  around = surroundings()
  const { remotes } = around
  const forge = yield* gitHub({ token, repositories: { "acme/target": remotes.target }, ...options })
  const environment = (body: string, changes: Readonly<Record<string, string>> = {}) =>
    codeRun(around, {
      REPOSITORY_URL: "https://github.com/acme/target.git",
      GIT_INSTEAD_OF: JSON.stringify({ "https://github.com/acme/": `file://${join(around.folder, "remotes")}/` }),
      FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url }),
      ...changes
    }, agent(body))
  return { environment, forge, remotes }
})

describe("without a broker", () => {
  it.live("the runner opens the pull request, with the task's title and the agent's last words", () =>
    Effect.gen(function*() {
      const { environment, forge, remotes } = yield* start()
      const { log, result } = yield* execute(environment("echo x > x.txt; done_ 'All is well.'"))
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(result.delivery?.pullRequestUrl, "https://github.com/acme/target/pull/1")
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
      const [pull] = forge.pulls
      assert.strictEqual(pull?.title, "Task 1: Add a health endpoint")
      assert.strictEqual(pull?.base.ref, "main")
      assert.include(pull?.body, "All is well.")
      assert.include(pull?.body, "$0.01")
      assert.notInclude(log.join("\n"), token)
    }))

  it.live("as the configuration wishes", () =>
    Effect.gen(function*() {
      const { environment, forge } = yield* start()
      yield* execute(environment("echo x > x.txt; done_", {
        PULL_REQUEST: JSON.stringify({ draft: true, labels: ["agent"] }),
        PULL_REQUEST_TITLE: "Configured"
      }))
      assert.strictEqual(forge.pulls[0]?.title, "Configured")
      assert.isTrue(forge.pulls[0]?.draft)
      assert.deepStrictEqual(forge.pulls[0]?.labels, ["agent"])
    }))

  it.live("a forge that refuses is told, with the branch pushed", () =>
    Effect.gen(function*() {
      const { environment, remotes } = yield* start({ access: "read" })
      const { result } = yield* execute(environment("echo x > x.txt; done_"))
      assert.strictEqual(result.outcome, "Completed")
      assert.isTrue(result.forgeKnown)
      assert.include(result.pullRequestProblem, "pull requests: write")
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
    }))

  it.live("nothing is opened for work that is unfinished, or for none", () =>
    Effect.gen(function*() {
      const { environment, forge } = yield* start()
      const unfinished = "echo x > x.txt; result '\"subtype\":\"error_max_turns\",\"is_error\":true'; exit 1"
      assert.strictEqual((yield* execute(environment(unfinished))).result.reason, "BudgetExceeded")
      removeFolder(around.folder)
      const none = yield* start()
      assert.isFalse((yield* execute(none.environment("done_"))).result.delivery?.changed)
      assert.lengthOf([...forge.pulls, ...none.forge.pulls], 0)
    }))

  it.live("a host beside the list is refused before anything is asked", () =>
    Effect.gen(function*() {
      const { environment } = yield* start()
      const { result } = yield* execute(environment("done_", { GIT_ALLOWED_HOSTS: "git.example.test" }))
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, "REPOSITORY_URL")
      assert.isFalse(existsSync(join(around.folder, "agent", "prompt.1")))
      assert.include(readFileSync(join(around.folder, "result"), "utf8"), "git.allowedHosts")
    }))
})
