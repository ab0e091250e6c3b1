/** The repository's own script, run before the agent; and what a repository may try with it. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { commitTo, fileOf, filesOf, git, removeFolder } from "../../fixtures/Remotes.ts"
import {
  attempt,
  codeRun,
  docsRun,
  execute,
  removeShared,
  type Surroundings,
  surroundings,
  token
} from "../../fixtures/Run.ts"

afterAll(removeShared)
let around: Surroundings
afterEach(() => removeFolder(around.folder))

const branch = "feature/task-1-implementation"
const usual = ".orchestrator/setup.sh"

const start = (files: Readonly<Record<string, string>>) => {
  around = surroundings()
  if (Object.keys(files).length > 0) commitTo(around.remotes.target, "main", files)
  return around
}
const agent = (commands = "cat made.txt > seen.txt; git add -f seen.txt; git commit --quiet -m seen") =>
  fakeClaude(join(around.folder, "agent"), `keep\ninit\nsay working\n${commands}\ndone_\n`)
const run = (changes: Readonly<Record<string, string>> = {}, commands?: string) =>
  execute(codeRun(around, changes, agent(commands)))

describe("the repository's setup script", () => {
  it.live("is run before the agent at the root of the repository, and its files are no work of the agent's", () =>
    Effect.gen(function*() {
      const { remotes } = start({ [usual]: "pwd > made.txt\nmkdir cache\necho x > cache/x\necho ready\n" })
      const { log, result } = yield* run()
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.match(fileOf(remotes.target, branch, "seen.txt") ?? "", /target-repo$/)
      assert.isTrue(log.some((line) => line.includes("setup: ready")))
      assert.notIncludeMembers([...filesOf(remotes.target, branch)], ["made.txt", "cache/x"])
    }))

  it.live("is run again at a retry, and a service without one has none", () =>
    Effect.gen(function*() {
      const { remotes } = start({ [usual]: "echo run >> made.txt\n" })
      yield* run()
      yield* run(attempt(around, 2))
      assert.strictEqual(fileOf(remotes.target, branch, "seen.txt"), "run\nrun")
    }))

  it.live("is the one that the run names, with the interpreter that it names", () =>
    Effect.gen(function*() {
      const { remotes } = start({ [usual]: "exit 1\n", "ci/prepare": "#!/bin/sh\necho $0 > made.txt\n" })
      const { log, result } = yield* run({ ORCHESTRATOR_SETUP_SCRIPT: "ci/prepare" })
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.match(fileOf(remotes.target, branch, "seen.txt") ?? "", /ci\/prepare$/)
    }))

  it.live("has no credential", () =>
    Effect.gen(function*() {
      start({ [usual]: "env > made.txt\n" })
      const secrets = { ANTHROPIC_API_KEY: "sk-ant-fake-of-a-test", CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat-fake" }
      const { log, result } = yield* run(
        { ...secrets, MY_OWN: "kept" },
        "cp made.txt \"$here/env\"; echo x > x; git add x; git commit -qm x"
      )
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      const environment = readFileSync(join(around.folder, "agent", "env"), "utf8")
      for (const secret of [token, ...Object.values(secrets)]) assert.notInclude(environment, secret)
      assert.include(environment, "MY_OWN=kept")
    }))

  it.live("leaves no process behind", () =>
    Effect.gen(function*() {
      start({ [usual]: "setsid sh -c 'sleep 3; touch late.txt' &\necho x > made.txt\n" })
      const { result } = yield* run({}, "sleep 4; ls > seen.txt; git add -f seen.txt; git commit --quiet -m seen")
      assert.strictEqual(result.outcome, "Completed")
      assert.notInclude(fileOf(around.remotes.target, branch, "seen.txt"), "late.txt")
    }))

  it.live("is run for a DocsRun too", () =>
    Effect.gen(function*() {
      start({})
      commitTo(around.remotes.docs, "main", { [usual]: "exit 3\n" })
      const { result } = yield* execute(docsRun(around, {}, agent()))
      assert.include(result.message, "ended with exit code 3")
    }))
})

describe("a setup script that ends the run as SetupFailed:", () => {
  it.live.each<
    {
      name: string
      files: Readonly<Record<string, string>>
      changes?: Readonly<Record<string, string>>
      want: ReadonlyArray<string>
    }
  >([
    {
      name: "one that fails, with its last lines",
      files: {
        [usual]: "for i in $(seq 40); do echo line $i; done\necho \"no compiler: \u001b[31mred\u001b[0m\" >&2\nexit 7\n"
      },
      want: ["ended with exit code 7", "line 40", "no compiler: red"]
    },
    { name: "one that says nothing", files: { [usual]: "exit 1\n" }, want: ["exit code 1", "it said nothing"] },
    {
      name: "one that takes too long",
      files: { [usual]: "echo begun\nsleep 60\n" },
      changes: { ORCHESTRATOR_SETUP_SECONDS: "1" },
      want: ["did not end within 1 s (agent.setupTimeoutSeconds)", "begun"]
    },
    { name: "one that is killed", files: { [usual]: "kill -9 $$\n" }, want: ["cannot be run to its end", "SIGKILL"] },
    {
      name: "one that the run names and the repository does not have",
      files: {},
      changes: { ORCHESTRATOR_SETUP_SCRIPT: "ci/prepare" },
      want: ["the repository has no setup script ci/prepare"]
    },
    {
      name: "a folder",
      files: { [`${usual}/x`]: "" },
      want: [`the setup script ${usual} is no file of the repository`]
    },
    {
      name: "one in git's own folder",
      files: {},
      changes: { ORCHESTRATOR_SETUP_SCRIPT: ".git/config" },
      want: ["is no file of the repository"]
    },
    {
      name: "one that prints a secret",
      files: { [usual]: "echo $MY_TOKEN\nexit 1\n" },
      changes: { MY_TOKEN: "fake-secret-of-a-requester", BLANKED_VARIABLES: "MY_TOKEN" },
      want: ["***"]
    }
  ])("$name", ({ changes = {}, files, want }) =>
    Effect.gen(function*() {
      start({ "README.md": "x\n", ...files })
      const { log, result } = yield* run(changes)
      assert.strictEqual(result.reason, "SetupFailed", log.join("\n"))
      for (const part of want) assert.include(result.message, part)
      assert.notInclude(JSON.stringify(result) + log.join("\n"), "fake-secret-of-a-requester")
      assert.isAtMost((result.message ?? "").length, 4096)
    }))

  it.live("a link out of the repository", () =>
    Effect.gen(function*() {
      start({ "README.md": "x\n" })
      const clone = join(around.folder, "other")
      mkdirSync(clone)
      git(clone, "clone", "--quiet", around.remotes.target, ".")
      mkdirSync(join(clone, ".orchestrator"))
      symlinkSync("/bin/ls", join(clone, usual))
      git(clone, "add", ".")
      git(clone, "commit", "--quiet", "-m", "link")
      git(clone, "push", "--quiet", "origin", "HEAD:main")
      const { result } = yield* run()
      assert.include(result.message, "is no file of the repository")
      assert.isFalse(existsSync(join(around.clone, "seen.txt")))
    }))
})
