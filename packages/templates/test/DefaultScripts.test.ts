/** The chart's scripts, run by bash as a container and the agent's CLI would run them. */
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { parseAgentResult } from "@orchestrator/domain/AgentResult"
import { Result } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { compileTemplates } from "../src/Renderer.ts"
import { defaultTemplates } from "./fixtures/DefaultTemplates.ts"
import { someCodeInputs, someDocsInputs } from "./fixtures/Runs.ts"

const { render } = Result.getOrThrow(compileTemplates("chart", defaultTemplates))
const code = Result.getOrThrow(render(someCodeInputs()))
const docs = Result.getOrThrow(render(someDocsInputs()))

let folder = ""
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/default-scripts-`)
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (path: string, text: string) => {
  mkdirSync(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true })
  writeFileSync(`${folder}/${path}`, text)
}

const run = (
  script: string | undefined,
  options: { readonly env?: Record<string, string>; readonly input?: string } = {}
) => {
  write(".script.sh", script ?? "")
  const { status, stderr, stdout } = spawnSync("bash", [".script.sh"], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: folder, ...options.env },
    input: options.input ?? ""
  })
  return { status, stdout, stderr }
}

describe("container.sh", () => {
  it("becomes the runner, and ends as it ends", () => {
    write("opt with space/runner", "#!/bin/bash\necho \"runner $$ $1\"\nexit 7\n")
    chmodSync(`${folder}/opt with space/runner`, 0o755)
    const { status, stdout } = run(code["container.sh"], { env: { ORCHESTRATOR_DIR: `${folder}/opt with space` } })
    assert.strictEqual(status, 7)
    assert.match(stdout, /^runner \d+ \n$/)
  })

  it("leaves a result that says why there is no runner", () => {
    const { status } = run(code["container.sh"], {
      env: { ORCHESTRATOR_DIR: `${folder}/nothing`, TERMINATION_MESSAGE_PATH: `${folder}/message` }
    })
    assert.strictEqual(status, 1)
    const result = Result.getOrThrow(parseAgentResult(readFileSync(`${folder}/message`, "utf8")))
    assert.deepInclude(result, { outcome: "Failed", reason: "SetupFailed" })
  })
})

const stopped = (active: boolean, said = "done") =>
  JSON.stringify({
    hook_event_name: "Stop",
    last_assistant_message: said,
    stop_hook_active: active,
    background_tasks: []
  })

const git = (...args: ReadonlyArray<string>) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder }
  })

describe("the stop hook of a code run", () => {
  beforeEach(() => {
    git("init", "-q")
    write(".git/info/exclude", ".script.sh\ntask/\n")
    write("a.txt", "a")
    git("add", "a.txt")
    git("commit", "-q", "-m", "a")
    write("task/task.md", "ignored")
  })

  it("lets the agent stop when everything is committed", () =>
    assert.deepStrictEqual(run(code["hooks-stop.sh"], { input: stopped(false) }), {
      status: 0,
      stdout: "",
      stderr: ""
    }))

  it.each([{ file: "a.txt" }, { file: "new.txt" }])("asks to commit $file", ({ file }) => {
    write(file, "changed")
    const { status, stderr } = run(code["hooks-stop.sh"], { input: stopped(false) })
    assert.strictEqual(status, 2)
    assert.include(stderr, file)
  })

  it("asks once", () => {
    write("a.txt", "changed")
    assert.strictEqual(run(code["hooks-stop.sh"], { input: stopped(true) }).status, 0)
  })

  it("is not misled by what the agent said", () => {
    write("a.txt", "changed")
    const said = "{\"stop_hook_active\":true,\"stop_hook_active\": true}"
    assert.strictEqual(run(code["hooks-stop.sh"], { input: stopped(false, said) }).status, 2)
  })

  it("shows at most twenty of many", () => {
    for (let index = 0; index < 50; index++) write(`f${index}`, "x")
    assert.isBelow(run(code["hooks-stop.sh"], { input: stopped(false) }).stderr.split("\n").length, 25)
  })

  it("lets the agent stop outside of a repository", () => {
    rmSync(`${folder}/.git`, { recursive: true })
    assert.strictEqual(run(code["hooks-stop.sh"], { input: stopped(false) }).status, 0)
  })
})

describe("the stop hook of a docs run", () => {
  const document = (id: number, ...names: ReadonlyArray<string>) => {
    for (const name of names) write(`.taskmaster/docs/task-${id}/${name}`, "text")
  }
  beforeEach(() => {
    write(
      ".taskmaster/tasks/tasks.json",
      JSON.stringify({ master: { tasks: [{ id: 1 }, { id: 2, subtasks: [{ id: 9 }] }] } })
    )
    document(1, "task.md", "prompt.md", "acceptance-criteria.md")
    document(2, "task.md", "prompt.md")
  })

  it("asks once for what is missing or empty", () => {
    write(".taskmaster/docs/task-1/prompt.md", "")
    const { status, stderr } = run(docs["hooks-stop.sh"], { input: stopped(false) })
    assert.strictEqual(status, 2)
    assert.include(stderr, ".taskmaster/docs/task-1/prompt.md\n")
    assert.include(stderr, ".taskmaster/docs/task-2/acceptance-criteria.md\n")
    assert.notInclude(stderr, "task-9")
    assert.strictEqual(run(docs["hooks-stop.sh"], { input: stopped(true) }).status, 0)
  })

  it.each<{ name: string; list: unknown; state?: unknown }>([
    { name: "a flat list", list: { tasks: [{ id: 3 }] } },
    { name: "a bare list", list: [{ id: 3 }] },
    { name: "master among tags", list: { a: { tasks: [{ id: 1 }] }, master: { tasks: [{ id: 3 }] } } },
    { name: "the only tag", list: { feature: { tasks: [{ id: 3 }] } } },
    {
      name: "the tag of state.json",
      list: { master: { tasks: [{ id: 1 }] }, feature: { tasks: [{ id: 3 }] } },
      state: { currentTag: "feature" }
    },
    {
      name: "master where state.json names a tag that is gone",
      list: { a: { tasks: [{ id: 1 }] }, master: { tasks: [{ id: 3 }] } },
      state: { currentTag: "gone" }
    }
  ])("looks at $name", ({ list, state }) => {
    write(".taskmaster/tasks/tasks.json", JSON.stringify(list))
    if (state !== undefined) write(".taskmaster/state.json", JSON.stringify(state))
    const { stderr } = run(docs["hooks-stop.sh"], { input: stopped(false) })
    assert.include(stderr, ".taskmaster/docs/task-3/task.md\n")
    assert.notInclude(stderr, "task-1/")
  })

  it("lets the agent stop when all are there", () => {
    document(2, "acceptance-criteria.md")
    assert.deepStrictEqual(run(docs["hooks-stop.sh"], { input: stopped(false) }), { status: 0, stdout: "", stderr: "" })
  })

  it("lets the agent stop where there is no project", () => {
    rmSync(`${folder}/.taskmaster`, { recursive: true })
    assert.strictEqual(run(docs["hooks-stop.sh"], { input: stopped(false) }).status, 0)
  })
})
