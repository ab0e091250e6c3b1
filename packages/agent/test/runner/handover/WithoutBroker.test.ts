/** `agent.credentials: env`: the broker in the runner's own process, and an agent that has the credentials. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { startDouble } from "../../fixtures/forges/Double.ts"
import { gitLab } from "../../fixtures/forges/gitlab/GitLab.ts"
import { gitHttp } from "../../fixtures/GitHttp.ts"
import { gitHub, type GitHubOptions } from "../../fixtures/github/GitHub.ts"
import { commitTo, filesOf, git, headOf, removeFolder } from "../../fixtures/Remotes.ts"
import { attempt, codeRun, execute, removeShared, type Surroundings, surroundings, token } from "../../fixtures/Run.ts"

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
  it.live("the runner opens the pull request, with its title and the agent's last words", () =>
    Effect.gen(function*() {
      const { environment, forge, remotes } = yield* start()
      const { log, result } = yield* execute(environment("echo x > x.txt; done_ 'All is well.'"))
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(result.delivery?.pullRequestUrl, "https://github.com/acme/target/pull/1")
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
      const [pull] = forge.pulls
      assert.strictEqual(pull?.title, "Implement task 1")
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

  it.live("a remote that takes no push ends the run before its agent starts", () =>
    Effect.gen(function*() {
      around = surroundings()
      const remote = yield* gitHttp(join(around.folder, "remotes"), token, { access: "read" })
      const { result } = yield* execute(codeRun(around, {
        GIT_ALLOW_PROTOCOL: "http",
        GIT_ALLOWED_HOSTS: new URL(remote.url).host,
        REPOSITORY_URL: `${remote.url}/target.git`,
        DOCS_REPOSITORY_URL: `${remote.url}/docs.git`
      }, agent("done_")))
      assert.deepStrictEqual([result.outcome, result.reason], ["Failed", "SetupFailed"])
      assert.include(result.message, "give the user, the token or the key write access")
      assert.isFalse(existsSync(join(around.folder, "agent", "calls")))
      assert.deepStrictEqual([...remote.passwords], [token])
    }))

  it.live("another forge has the token that is for it, and what speaks to GitHub alone does not see it", () =>
    Effect.gen(function*() {
      around = surroundings()
      const { folder, remotes } = around
      const labToken = "not-a-token-of-gitlab"
      const remote = yield* gitHttp(folder, labToken)
      const host = new URL(remote.url).host
      const forge = yield* startDouble(gitLab, {
        token: labToken,
        folder: remotes.target,
        root: "/api/v4",
        name: { owner: "remotes", name: "target" }
      })
      const { log, result } = yield* execute(codeRun(around, {
        GIT_ALLOW_PROTOCOL: "http",
        GIT_ALLOWED_HOSTS: host,
        FORGE_HOSTS: JSON.stringify({ [host]: { kind: "gitlab", api: forge.url } }),
        REPOSITORY_URL: `${remote.url.replace("//", "//ada@")}/remotes/target.git`,
        DOCS_REPOSITORY_URL: `${remote.url}/remotes/docs.git`,
        GIT_TOKEN: labToken,
        GIT_USERNAME: "ada"
      }, agent("echo x > x.txt; git add x.txt; git commit -qm x; git push -q >&2; env > \"$here/env\"; done_")))
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.deepStrictEqual([...remote.passwords], [labToken])
      assert.lengthOf(forge.world.pulls, 1)
      const environment = readFileSync(join(folder, "agent", "env"), "utf8").split("\n")
      assert.include(environment, `GH_TOKEN=${token}`)
      assert.lengthOf(environment.filter((line) => line.endsWith(`=${labToken}`)), 1)
      assert.notInclude(log.join("\n"), labToken)
      assert.isFalse(forge.asked.some(({ headers }) => JSON.stringify(headers).includes(token)))
    }))

  it.live("the agent has its remote and its keys as they are, and nothing of the broker's", () =>
    Effect.gen(function*() {
      const { environment } = yield* start()
      const { log, result } = yield* execute(environment(
        "env > \"$here/env\"; git remote get-url origin > \"$here/origin\"; echo x > x.txt; done_",
        { ANTHROPIC_API_KEY: "sk-ant-fake-key-of-a-test", ANTHROPIC_BASE_URL: "https://models.example.test" }
      ))
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      const left = (name: string) => readFileSync(join(around.folder, "agent", name), "utf8")
      assert.include(readFileSync(join(around.clone, ".git", "config"), "utf8"), "https://github.com/acme/target.git")
      for (const kept of [`GH_TOKEN=${token}`, "ANTHROPIC_API_KEY=sk-ant-fake", "ANTHROPIC_BASE_URL=https://models."]) {
        assert.include(left("env"), kept)
      }
      for (const name of ["env", "origin"]) assert.notMatch(left(name), /127\.0\.0\.1:\d+\/git/)
    }))

  it.live("what the agent pushed past the broker counts, and is the run's in a later attempt whose status was lost", () =>
    Effect.gen(function*() {
      const { environment, forge, remotes } = yield* start()
      const pushes = (name: string) =>
        `echo x > ${name}; git add ${name}; git commit -qm ${name}; git push -q origin HEAD >&2; done_`
      const { log, result } = yield* execute(environment(pushes("one.txt")))
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
      const again = yield* execute(environment(pushes("two.txt"), attempt(around, 2)))
      assert.strictEqual(again.result.outcome, "Completed", again.log.join("\n"))
      assert.strictEqual(again.result.delivery?.branch, branch)
      assert.includeMembers([...filesOf(remotes.target, branch)], ["one.txt", "two.txt"])
      assert.lengthOf(forge.pulls, 1)
    }))

  it.live("the work starts from the branch that pull requests go to", () =>
    Effect.gen(function*() {
      const { environment, forge, remotes } = yield* start()
      const next = commitTo(remotes.target, "next", { "next.txt": "n" })
      const { log, result } = yield* execute(
        environment("echo x > x.txt; done_", { PULL_REQUEST: JSON.stringify({ base: "next" }) })
      )
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(forge.pulls[0]?.base.ref, "next")
      assert.strictEqual(git(remotes.target, "merge-base", "next", branch), next)
    }))
})
