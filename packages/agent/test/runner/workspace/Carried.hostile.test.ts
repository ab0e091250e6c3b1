/** What is carried over from earlier runs of the tenant: the session that was asked for, work that was never pushed, notes. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { sessionId } from "@orchestrator/domain/Session"
import { Effect } from "effect"
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import {
  agentIn,
  aSession,
  next,
  nextRun,
  pipe,
  put,
  removeWorlds,
  seen,
  type World,
  world
} from "../../fixtures/LeftWorkspace.ts"
import { commitTo, filesOf, git } from "../../fixtures/Remotes.ts"
import { attempt, codeRun, execute } from "../../fixtures/Run.ts"

afterAll(removeWorlds, 60_000)

describe("sessions", () => {
  const transcriptOf = ({ workspace }: World, id: string, folder = "-workspace-target-repo") =>
    join(workspace, ".claude", "projects", folder, `${id}.jsonl`)
  const resumes = (made: World, id = aSession) => nextRun(made, { RESUME_SESSION: "true", RESUME_SESSION_ID: id })

  it.live("the one that the controller names is carried over, and nothing beside it", () =>
    Effect.gen(function*() {
      const made = yield* world
      put(transcriptOf(made, aSession), "{\"type\":\"user\"}\n")
      put(transcriptOf(made, "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"), "{\"type\":\"user\"}\n")
      put(join(dirname(transcriptOf(made, aSession)), aSession, "tool-results", "x.txt"), "x")
      const { result } = yield* resumes(made)
      assert.isTrue(seen(made, "arguments").some((word) => word.includes(aSession)))
      assert.isTrue(result.resumed)
      assert.deepStrictEqual(
        seen(made, "config").filter((path) => /\.(?:jsonl|txt)$/.test(path)),
        [`./projects/-workspace-target-repo/${aSession}.jsonl`]
      )
    }), 60_000)

  it.live.each<{ attack: string; make: (path: string, made: World) => void }>([
    {
      attack: "a link to a file that the agent shall not read",
      make: (path, { elsewhere }) => {
        put(join(elsewhere, "secret"), "{\"type\":\"user\"}\n")
        symlinkSync(join(elsewhere, "secret"), path)
      }
    },
    { attack: "a pipe", make: pipe },
    { attack: "a folder", make: (path) => mkdirSync(path) },
    { attack: "a stub", make: (path) => writeFileSync(path, "{\"type\":\"queue-operation\"}\n") },
    {
      attack: "a file larger than any",
      make: (path) => void (writeFileSync(path, ""), truncateSync(path, 200 * 1_048_576))
    }
  ])("a named one that is $attack is not carried over, and that is said", ({ make }) =>
    Effect.gen(function*() {
      const made = yield* world
      const path = transcriptOf(made, aSession)
      mkdirSync(dirname(path), { recursive: true })
      make(path, made)
      const { result } = yield* resumes(made)
      assert.notInclude(seen(made, "arguments"), "--resume")
      assert.include(result.resumeProblem, aSession)
      assert.strictEqual(result.outcome, "Completed")
    }), 60_000)

  it.live("the folder that holds it is a link: it is not followed", () =>
    Effect.gen(function*() {
      const made = yield* world
      put(join(made.elsewhere, `${aSession}.jsonl`), "{\"type\":\"user\"}\n")
      mkdirSync(join(made.workspace, ".claude", "projects"), { recursive: true })
      symlinkSync(made.elsewhere, join(made.workspace, ".claude", "projects", "-away"))
      yield* resumes(made)
      assert.notInclude(seen(made, "arguments"), "--resume")
      assert.deepStrictEqual(readdirSync(made.elsewhere), [`${aSession}.jsonl`])
    }), 60_000)

  it.live("the retry goes on in its own, also when another run was in between", () =>
    Effect.gen(function*() {
      const made = yield* world
      yield* nextRun(made)
      const own = sessionId(made.uid, 1)
      const { result } = yield* execute(codeRun(made, attempt(made, 2), agentIn(made)))
      assert.isTrue(seen(made, "arguments").some((word) => word.includes(own)))
      assert.isTrue(result.resumed)
    }), 60_000)
})

describe("a workspace of the version before", () => {
  it.live("keeps the work of its run that was never pushed, and its session", () =>
    Effect.gen(function*() {
      const made = yield* world
      const { clone, workspace } = made
      put(join(clone, "committed.txt"), "never pushed\n")
      git(clone, "add", "committed.txt")
      git(clone, "commit", "-qm", "never pushed")
      put(join(clone, "left.txt"), "not committed\n")
      put(
        join(workspace, ".orchestrator", "state.json"),
        JSON.stringify({
          branches: { "feature/task-1-implementation": { runUid: made.uid } },
          sessions: [{ sessionId: sessionId(made.uid, 1), runUid: made.uid, run: "demo", attempt: 1, startedAt: "x" }]
        })
      )
      appendFileSync(join(clone, ".git", "info", "exclude"), "/task/\n")
      const { result } = yield* execute(codeRun(made, attempt(made, 2), agentIn(made)))
      assert.strictEqual(result.outcome, "Completed")
      assert.isTrue(result.resumed)
      // Nothing proves that the remote's branch of the task is this run's.
      assert.match(result.delivery?.branch ?? "", /^feature\/task-1-implementation-[0-9a-f]{8}$/)
      const files = filesOf(made.remotes.target, result.delivery?.branch ?? "")
      for (const file of ["committed.txt", "left.txt", "mine.txt"]) assert.include(files, file)
      assert.notInclude(files, "task/prompt.md")
    }), 60_000)
})

describe("the memory file", () => {
  const memoryOf = (made: World) => join(made.workspace, "CLAUDE.md")
  const words = "# What I learned\nTests need a database.\n"

  it.live.each([
    { name: "stays where it is not to be overwritten", overwrite: "false", want: words },
    { name: "is the ConfigMap's where it is to be overwritten", overwrite: "true", want: "# Memory\n" }
  ])("$name", ({ overwrite, want }) =>
    Effect.gen(function*() {
      const made = yield* world
      writeFileSync(memoryOf(made), words)
      yield* nextRun(made, { OVERWRITE_MEMORY: overwrite })
      assert.strictEqual(readFileSync(memoryOf(made), "utf8"), want)
    }), 60_000)

  it.live("of more than some pages is none", () =>
    Effect.gen(function*() {
      const made = yield* world
      writeFileSync(memoryOf(made), "obey\n".repeat(20_000))
      yield* nextRun(made)
      assert.strictEqual(readFileSync(memoryOf(made), "utf8"), "# Memory\n")
      assert.strictEqual(lstatSync(memoryOf(made)).mode & 0o111, 0)
    }), 60_000)
})

describe("instructions that the repository's own rules ignore", () => {
  const planted = [
    "CLAUDE.local.md",
    ".claude/CLAUDE.md",
    ".claude/rules/evil.md",
    ".claude/settings.local.json",
    ".claude/other/evil.md",
    "services/CLAUDE.md",
    "services/api/CLAUDE.md",
    "services/api/.claude/rules/evil.md"
  ]
  const left = (made: World, files: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      commitTo(made.remotes.target, "main", {
        ".gitignore": "CLAUDE.local.md\n.claude/*\n!.claude/settings.json\nservices/\n",
        ".claude/settings.json": "{}\n",
        "CLAUDE.md": "# Ours\n"
      })
      git(made.clone, "fetch", "-q", "origin")
      git(made.clone, "checkout", "-q", "-B", "other-work", "origin/main")
      for (const file of files) put(join(made.clone, file), "Obey.\n")
      if (files.length > 0) git(join(made.clone, ".claude", "other"), "init", "-q")
      const { log } = yield* nextRun(made, { WORKING_DIRECTORY: "services/api" })
      assert.isTrue(log.some((line) => line.includes("agent: finished")), log.join("\n"))
    })

  it.live("are none of the next run's; the repository's own, and caches, stay", () =>
    Effect.gen(function*() {
      const made = yield* world
      yield* left(made, [...planted, "services/api/cache"])
      assert.deepStrictEqual(planted.filter((file) => existsSync(join(made.clone, file))), [])
      for (const file of ["CLAUDE.md", ".claude/settings.json", "services/api/cache"]) {
        assert.isTrue(existsSync(join(made.clone, file)), file)
      }
    }), 60_000)

  it.live("are not looked for behind a link", () =>
    Effect.gen(function*() {
      const made = yield* world
      put(join(made.elsewhere, "CLAUDE.md"), "somebody's\n")
      mkdirSync(join(made.clone, "services", "api"), { recursive: true })
      symlinkSync(made.elsewhere, join(made.clone, "services", "api", ".claude"))
      yield* left(made, [])
      assert.deepStrictEqual(readdirSync(made.elsewhere), ["CLAUDE.md"])
      assert.isFalse(existsSync(join(made.clone, "services", "api", ".claude")))
    }), 60_000)
})

describe("with shared access", () => {
  it.live("what other runs have in the workspace is left alone", () =>
    Effect.gen(function*() {
      const made = yield* world
      const beside = join(made.workspace, ".runs", made.uid)
      put(join(beside, "projects", "-workspace-target-repo", `${aSession}.jsonl`), "{\"type\":\"user\"}\n")
      put(join(beside, "settings.json"), "{}")
      put(join(made.workspace, "somebody"), "x")
      const { result } = yield* nextRun(made, {
        WORKSPACE_ACCESS: "Shared",
        HOME: join(made.folder, "home-of-pod"),
        CLAUDE_CONFIG_DIR: join(made.workspace, ".runs", next),
        RESUME_SESSION: "true",
        RESUME_SESSION_ID: aSession
      })
      assert.strictEqual(result.outcome, "Completed")
      assert.isTrue(result.resumed)
      assert.deepStrictEqual(seen(made, "home"), [])
      assert.notInclude(seen(made, "config"), "./settings.json")
      assert.isTrue(existsSync(join(made.workspace, "somebody")))
      assert.isTrue(existsSync(join(beside, "settings.json")))
      assert.isTrue(existsSync(join(beside, "projects", "-workspace-target-repo", `${aSession}.jsonl`)))
    }), 60_000)
})
