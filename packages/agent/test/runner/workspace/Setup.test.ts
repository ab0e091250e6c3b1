import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { commitTo, fileOf, filesOf, git, headOf, removeFolder } from "../../fixtures/Remotes.ts"
import {
  afterFirstAttempt,
  attempt,
  codeRun,
  docsRun,
  execute,
  removeShared,
  type Surroundings,
  surroundings
} from "../../fixtures/Run.ts"

const branch = "feature/task-1-implementation"
const docsBranch = "docs/demo-3f9c2a1b"

afterAll(removeShared)
let around: Surroundings
const start = () => (around = surroundings())
afterEach(() => removeFolder(around.folder))

const agent = (body: string) => fakeClaude(join(around.folder, "agent"), body)
const works = (commands: string) => agent(`keep\ninit\nsay working\n${commands}\ndone_\n`)

describe("what is not there is SetupFailed, named", () => {
  it.live.each<
    { name: string; given: (around: Surroundings) => Readonly<Record<string, string>>; want: ReadonlyArray<string> }
  >([
    {
      name: "a target repository that does not exist",
      given: ({ folder }) => ({ REPOSITORY_URL: `file://${folder}/nothing.git` }),
      want: ["/nothing.git", "does not appear to be a git repository"]
    },
    {
      name: "a docs branch that does not exist",
      given: () => ({ DOCS_BRANCH: "release/9" }),
      want: ["docs.git", "release/9", "main"]
    },
    {
      name: "a task that is neither documented nor listed",
      given: () => ({ TASK_ID: "77" }),
      want: ["task-77/prompt.md", "_projects/hello-api/.taskmaster/tasks/tasks.json"]
    },
    {
      name: "a protocol that is not allowed",
      given: () => ({ GIT_ALLOW_PROTOCOL: "https:ssh" }),
      want: ["transport 'file' not allowed"]
    },
    { name: "a variable that is missing", given: () => ({ MODEL: "" }), want: ["MODEL"] },
    { name: "a session id that is none", given: () => ({ SESSION_ID: "--help" }), want: ["SESSION_ID", "UUID"] },
    { name: "an agent that is not installed", given: () => ({ PATH: "/usr/bin:/bin" }), want: ["claude"] }
  ])("$name", ({ given, want }) =>
    Effect.gen(function*() {
      start()
      const { exitCode, result } = yield* execute(codeRun(around, given(around)))
      assert.strictEqual(exitCode, 1)
      assert.strictEqual(result.reason, "SetupFailed")
      for (const part of want) assert.include(result.message, part)
    }))

  it.live("a folder of the repository that is a link out of it", () =>
    Effect.gen(function*() {
      start()
      mkdirSync(around.clone)
      git(around.clone, "clone", "--quiet", around.remotes.target, ".")
      git(around.clone, "checkout", "--quiet", "-b", "linked")
      symlinkSync("/etc", join(around.clone, "outside"))
      git(around.clone, "add", "outside")
      git(around.clone, "commit", "--quiet", "-m", "link")
      git(around.clone, "push", "--quiet", "origin", "linked:main")
      const { result } = yield* execute(codeRun(around, { WORKING_DIRECTORY: "outside" }))
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, "outside")
    }))
})

describe("a prompt of its own", () => {
  it.live("says what to do, and the docs repository is not asked", () =>
    Effect.gen(function*() {
      const { folder, remotes } = start()
      writeFileSync(join(folder, "config", "task-prompt.md"), "# Answer with 404\n\nNot with 500.\n")
      const { result } = yield* execute(
        codeRun(around, {
          TASK_ID: "0",
          TASK_PROMPT_FILE: "task-prompt.md",
          DOCS_REPOSITORY_URL: `file://${folder}/nothing.git`
        }, works("ls task > seen.txt; cat task/prompt.md >> seen.txt; git add seen.txt; git commit --quiet -m seen"))
      )
      assert.strictEqual(result.outcome, "Completed")
      const own = "feature/demo-3f9c2a1b"
      assert.strictEqual(fileOf(remotes.target, own, "seen.txt"), "prompt.md\n# Answer with 404\n\nNot with 500.")
    }))

  it.live("that is not among the run's files is SetupFailed, named", () =>
    Effect.gen(function*() {
      start()
      const { result } = yield* execute(codeRun(around, { TASK_ID: "0", TASK_PROMPT_FILE: "task-prompt.md" }))
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, "task-prompt.md")
    }))
})

describe("a DocsRun", () => {
  it.live("delivers the documents and nothing else, whatever the agent commits", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const careless = works(
        "mkdir -p .taskmaster/docs/task-3; echo doc > .taskmaster/docs/task-3/task.md; echo code > code.js; " +
          "git add -A; git commit --quiet -m everything; echo more > .taskmaster/docs/task-3/prompt.md"
      )
      const { result } = yield* execute(docsRun(around, {}, careless))
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(result.delivery?.branch, docsBranch)
      const project = "_projects/hello-api/.taskmaster/docs/task-3"
      assert.strictEqual(fileOf(remotes.docs, docsBranch, `${project}/prompt.md`), "more")
      assert.notInclude(filesOf(remotes.docs, docsBranch), "_projects/hello-api/code.js")
      assert.strictEqual(git(remotes.docs, "rev-list", "--count", `main..${docsBranch}`), "1")
    }))

  it.live("has three documents for each task", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const { result } = yield* execute(docsRun(around))
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.docs, docsBranch))
      const files = filesOf(remotes.docs, docsBranch)
      for (const id of [1, 2, 3]) {
        for (const name of ["task.md", "prompt.md", "acceptance-criteria.md"]) {
          assert.include(files, `_projects/hello-api/.taskmaster/docs/task-${id}/${name}`)
        }
      }
    }))

  it.live.each([
    { name: "a branch that does not exist", given: { SOURCE_BRANCH: "develop" }, want: "develop" },
    {
      name: "a project without tasks",
      given: { WORKING_DIRECTORY: "_projects" },
      want: "_projects/.taskmaster/tasks/tasks.json"
    },
    { name: "a folder that is not there", given: { WORKING_DIRECTORY: "_projects/none" }, want: "_projects/none" }
  ])("fails at $name", ({ given, want }) =>
    Effect.gen(function*() {
      start()
      const { result } = yield* execute(docsRun(around, given))
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, want)
    }))
})

describe("a workspace that was left in a hurry", () => {
  it.live("keeps and delivers what an earlier attempt did not commit", () =>
    Effect.gen(function*() {
      const { clone, remotes } = around = yield* afterFirstAttempt
      writeFileSync(join(clone, "half.txt"), "half\n")
      writeFileSync(join(clone, ".git", "index.lock"), "")
      writeFileSync(join(clone, ".git", "refs", "heads", "main.lock"), "")
      const { result } = yield* execute(codeRun(around, attempt(around, 2), works(":")))
      assert.strictEqual(result.outcome, "Completed")
      assert.include(filesOf(remotes.target, branch), "half.txt")
    }))

  it.live("leaves an unfinished merge of this run to the agent", () =>
    Effect.gen(function*() {
      const { clone, remotes } = around = yield* afterFirstAttempt
      commitTo(remotes.target, "main", { "README.md": "rewritten\n" })
      git(clone, "fetch", "--quiet", "origin")
      assert.throws(() => git(clone, "merge", "--quiet", "origin/main"))
      const solving = works("echo both > README.md; git add README.md; git commit --quiet --no-edit")
      const { result } = yield* execute(codeRun(around, attempt(around, 2), solving))
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(fileOf(remotes.target, branch, "README.md"), "both")
    }))

  it.live("ends an unfinished rebase and keeps its state", () =>
    Effect.gen(function*() {
      const { clone, remotes } = around = yield* afterFirstAttempt
      commitTo(remotes.target, "main", { "README.md": "rewritten\n" })
      git(clone, "fetch", "--quiet", "origin")
      assert.throws(() => git(clone, "rebase", "--quiet", "origin/main"))
      writeFileSync(join(clone, "precious.txt"), "precious\n")
      const { result } = yield* execute(
        codeRun(around, attempt(around, 2), works("git add -A; git commit --quiet -m go"))
      )
      assert.strictEqual(result.outcome, "Completed")
      const kept = git(clone, "for-each-ref", "--format=%(refname)", "refs/orchestrator/kept/").split("\n")
      assert.isTrue(kept.some((ref) => git(clone, "ls-tree", "--name-only", ref).includes("precious.txt")))
    }))

  it.live("keeps another run's unfinished work out of this one", () =>
    Effect.gen(function*() {
      const { clone, remotes } = around = yield* afterFirstAttempt
      writeFileSync(join(clone, "others.txt"), "of the first run\n")
      const other = { RUN_UID: around.uid.replace("3f9c2a1b", "aaaaaaaa"), RUN_NAME: "other", TASK_ID: "2" }
      const { result } = yield* execute(codeRun(around, { ...other, ...attempt(around, 2), RESUME_SESSION: "false" }))
      assert.strictEqual(result.delivery?.branch, "feature/task-2-implementation")
      assert.notInclude(filesOf(remotes.target, "feature/task-2-implementation"), "others.txt")
      assert.isFalse(existsSync(join(clone, "others.txt")))
      const [kept = ""] = git(clone, "for-each-ref", "--format=%(refname)", "refs/orchestrator/kept/").split("\n")
      assert.include(git(clone, "ls-tree", "--name-only", kept), "others.txt")
    }))

  it.live.each<{ name: string; given: (clone: string) => void }>([
    { name: "a clone that was cut short", given: (clone) => rmSync(join(clone, ".git", "HEAD")) },
    { name: "an index that was cut short", given: (clone) => writeFileSync(join(clone, ".git", "index"), "DIRC") },
    {
      name: "objects that are lost",
      given: (clone) => {
        for (const folder of readdirSync(join(clone, ".git", "objects"))) {
          rmSync(join(clone, ".git", "objects", folder), { recursive: true })
        }
      }
    },
    {
      name: "a .git that points elsewhere",
      given: (clone) => {
        rmSync(join(clone, ".git"), { recursive: true })
        writeFileSync(join(clone, ".git"), "gitdir: /nonexistent\n")
      }
    }
  ])("repairs or replaces $name", ({ given }) =>
    Effect.gen(function*() {
      const { clone, remotes } = around = yield* afterFirstAttempt
      given(clone)
      const { result } = yield* execute(codeRun(around, attempt(around, 2), works("echo again > again.txt")))
      assert.strictEqual(result.outcome, "Completed")
      assert.include(filesOf(remotes.target, result.delivery?.branch ?? ""), "again.txt")
    }))

  it.live("runs nothing that an earlier agent put into .git", () =>
    Effect.gen(function*() {
      const { clone, folder, remotes } = around = yield* afterFirstAttempt
      const trap = join(folder, "trapped")
      const command = `touch ${trap}; cat`
      for (const hook of ["post-checkout", "pre-commit", "pre-push", "post-merge", "reference-transaction"]) {
        mkdirSync(join(clone, ".git", "hooks"), { recursive: true })
        writeFileSync(join(clone, ".git", "hooks", hook), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 })
      }
      const settings = {
        "core.fsmonitor": `touch ${trap}`,
        "core.sshCommand": command,
        "filter.trap.clean": command,
        "filter.trap.smudge": command,
        "filter.trap.required": "true",
        "diff.external": command,
        "credential.helper": `!touch ${trap}`,
        [`url.file://${folder}/elsewhere.insteadOf`]: `file://${remotes.target}`,
        "remote.origin.receivepack": `sh -c 'touch ${trap}; git-receive-pack "$@"' --`
      }
      for (const [key, value] of Object.entries(settings)) git(clone, "config", key, value)
      mkdirSync(join(clone, ".git", "info"), { recursive: true })
      writeFileSync(join(clone, ".git", "info", "attributes"), "* filter=trap diff=trap\n")
      mkdirSync(join(around.workspace, ".home"), { recursive: true })
      writeFileSync(join(around.workspace, ".home", ".gitconfig"), `[core]\n\tfsmonitor = touch ${trap}\n`)
      commitTo(remotes.target, "main", { "NOTES.md": "new on main\n" })
      const { result } = yield* execute(
        codeRun(around, attempt(around, 2), agent("keep\ninit\nsay x\necho x > x.txt\ndone_\n"))
      )
      assert.strictEqual(result.outcome, "Completed")
      assert.isFalse(existsSync(trap))
    }))
})
