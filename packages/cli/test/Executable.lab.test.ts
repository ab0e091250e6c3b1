/**
 * The executable as one file: built as the release builds it, and run where there is neither checkout nor another Node. Beside it the one that
 * the image has, which Node reads.
 */
import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile, execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bundle } from "../../../tools/build/Bundle.ts"
import { makeExecutable } from "../../../tools/build/Executable.ts"
import { programs } from "../../../tools/build/Programs.ts"

const folder = mkdtempSync(join(tmpdir(), "orchestrator-executable-test-"))
const executable = join(folder, "orchestrator")
const root = join(import.meta.dirname, "../../..")
const env = { PATH: "/usr/bin:/bin", HOME: folder, TERM: "xterm" }

beforeAll(
  () =>
    Effect.runPromise(
      Effect.all([
        makeExecutable({ root, node: process.execPath, platform: process.platform, output: executable }),
        Effect.scoped(bundle(root, programs.orchestrator, false, folder))
      ]).pipe(Effect.provide(NodeServices.layer))
    ),
  120_000
)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: ReadonlyArray<string>) => spawnSync(executable, args, { cwd: folder, env, encoding: "utf8" })

describe("the single executable", () => {
  it("says its version and prints the definitions", () => {
    assert.match(run("--version").stdout, /^orchestrator v\d+\.\d+\.\d+/)
    assert.match(run("crds").stdout, /^kind: CustomResourceDefinition$/m)
  })

  it("reads a kubeconfig, and says what is wrong with it", () => {
    writeFileSync(join(folder, "kubeconfig"), "apiVersion: v1\nkind: Config\n")
    const { status, stderr } = run("list", "--kubeconfig", "kubeconfig")
    assert.strictEqual(status, 1)
    assert.match(stderr, /expected a context with a cluster/)
  })
})

describe("a server is spoken to", () => {
  it.each([
    { by: "the single executable", command: executable, words: [] },
    { by: "the image's executable", command: process.execPath, words: [join(folder, "orchestrator.mjs")] }
  ])("by $by", async ({ command, words }) => {
    const items = { items: [] }
    const server = createServer((_, response) => {
      response.setHeader("content-type", "application/json").end(JSON.stringify(items))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`
    const out = await new Promise<string>((resolve, reject) =>
      execFile(
        command,
        [...words, "list", "-o", "json", "--server", url],
        { cwd: folder, env },
        (error, stdout) => error === null ? resolve(stdout) : reject(error)
      )
    )
    server.close()
    assert.deepStrictEqual(JSON.parse(out), items)
  })
})

const has = (shell: string) => spawnSync("which", [shell]).status === 0

/** Types into an interactive shell until it shows the text; fails with all that it showed. */
const typing = `
import os, pty, select, sys, time
expected, keys = sys.argv[1], sys.argv[2]
pid, master = pty.fork()
if pid == 0: os.execvp(sys.argv[3], sys.argv[3:])
seen, sent, end = "", False, time.monotonic() + 25
while time.monotonic() < end and expected not in seen:
    if not sent and "ready>" in seen:
        os.write(master, keys.encode()); sent = True; seen = ""
    if select.select([master], [], [], 0.2)[0]:
        try: seen += os.read(master, 65536).decode(errors="replace")
        except OSError: break
os.kill(pid, 9)
print(seen)
sys.exit(0 if expected in seen else 1)
`

describe("completions of the installed executable", () => {
  const script = (shell: string) => {
    const file = join(folder, `completions.${shell}`)
    writeFileSync(file, run("--completions", shell).stdout)
    return file
  }
  const completed = (keys: string, expected: string, shell: string, ...args: ReadonlyArray<string>) =>
    spawnSync("python3", ["-c", typing, expected, keys, shell, ...args], { cwd: folder, env, encoding: "utf8" })

  it.skipIf(!has("bash"))("bash completes commands and flags", () => {
    const rc = join(folder, "bashrc")
    writeFileSync(rc, `source ${script("bash")}\nPS1='ready>'\n`)
    for (
      const [keys, expected] of [["orchestrator canc\t", "cancel "], [
        "orchestrator code submit --prompt-f\t",
        "--prompt-file"
      ]] as const
    ) {
      const { status, stdout } = completed(keys, expected, "bash", "--rcfile", rc, "-i")
      assert.strictEqual(status, 0, stdout)
    }
  }, 60_000)

  it.skipIf(!has("zsh"))("zsh completes commands and flags", () => {
    const file = script("zsh")
    const rc = join(folder, ".zshrc")
    writeFileSync(
      rc,
      `autoload -Uz compinit; compinit -u -D\nsource ${file}\ncompdef _orchestrator orchestrator\nPS1='ready>'\n`
    )
    for (
      const [keys, expected] of [["orchestrator canc\t", "cancel"], [
        "orchestrator code submit --prompt-f\t",
        "ile"
      ]] as const
    ) {
      const { status, stdout } = completed(keys, expected, "zsh", "-d", "-i")
      assert.strictEqual(status, 0, stdout)
    }
  }, 60_000)

  it.skipIf(!has("fish"))("fish completes commands and flags", () => {
    const file = script("fish")
    const complete = (line: string) =>
      execFileSync("fish", ["--no-config", "-c", `source ${file}; complete -C '${line}'`], {
        cwd: folder,
        env,
        encoding: "utf8"
      })
    assert.match(complete("orchestrator canc"), /^cancel\t/m)
    assert.match(complete("orchestrator code submit --prompt-f"), /^--prompt-file/m)
  }, 60_000)
})
