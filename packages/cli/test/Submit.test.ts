/** As a new user: the product runs in one terminal, and in another a task in plain words becomes a branch of any repository. */
import { afterAll, afterEach, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { git, LocalProduct, stopAll, temporaryFolder } from "./LocalProduct.ts"

const bin = join(import.meta.dirname, "../src/bin.ts")

/** What a command prints and how it ends, called from this folder. */
const orchestrator = (cwd: string, args: ReadonlyArray<string>, env: Record<string, string> = {}) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    const options = { cwd, env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env } }
    execFile(
      process.execPath,
      [bin, ...args],
      options,
      (error, out, err) =>
        resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err })
    )
  })

const identity = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.invalid"]

const { folder, remove } = temporaryFolder()
const work = join(folder, "payments")

beforeAll(() => {
  git("init", "--quiet", "--initial-branch=main", work)
  writeFileSync(join(work, "README.md"), "# payments\n")
  git("-C", work, "add", "--all")
  git("-C", work, ...identity, "commit", "--quiet", "--message=Begin")
  git("clone", "--quiet", "--bare", work, join(folder, "bare.git"))
  mkdirSync(join(work, "src"))
})

afterAll(remove)
afterEach(stopAll)

const branches = (repository: string) => git("-C", repository, "branch", "--format=%(refname:short)").split("\n")

describe("a task in plain words", () => {
  it("becomes a branch of the repository that one is in, found from a folder below like the server", async () => {
    const product = new LocalProduct(["--state", join(folder, ".orchestrator"), "--no-demo"])
    await product.printed(/code submit/)
    const words = ["code", "submit", "--repo", "..", "--prompt", "Add a health endpoint"]
    const planned = await orchestrator(join(work, "src"), [...words, "--memory", "1Gi", "--dry-run"])
    assert.match(planned.out, /^next +\S+ .*workspace-payments/m, planned.err)
    assert.match((await orchestrator(work, ["list"])).err, /No runs/i)
    const { code, err, out } = await orchestrator(join(work, "src"), [...words, "--follow", "--timeout", "2m"])
    assert.strictEqual(code, 0, err)
    assert.match(out, /^coderun\/payments-\w+ created$/m)
    assert.match(err, /\| \d\d:\d\d:\d\d agent: I read the task first/)
    assert.match(err, /coderun\/payments-\w+ +Succeeded/)
    assert.match(branches(work).join(), /feature\/payments-/)
    assert.strictEqual(git("-C", work, "status", "--porcelain"), "")

    const bare = await orchestrator(folder, [
      "code",
      "submit",
      "--repo",
      "bare.git",
      "--prompt",
      "Another",
      "--wait",
      "-o",
      "json"
    ])
    assert.strictEqual(bare.code, 0, bare.err)
    assert.include(branches(join(folder, "bare.git")), JSON.parse(bare.out).status.branch)
    const { out: log } = await orchestrator(folder, ["logs", JSON.parse(bare.out).name])
    assert.match(log, /Completed: /)

    await product.stop()
    const away = await orchestrator(work, ["list", "--kubeconfig", join(folder, "none")])
    assert.strictEqual(away.code, 1)
    assert.match(away.err, /^orchestrator: [^]*npm start/)
    assert.notMatch(away.err, /\n\s+at /)
  }, 240_000)

  it("that npm kept the flags of is told how to type it", async () => {
    const env = { npm_lifecycle_event: "orchestrator", npm_config_repo: "true", npm_config_prompt: "true" }
    const { code, err } = await orchestrator(folder, ["code", "submit", "https://h/a", "Add it"], env)
    assert.strictEqual(code, 1)
    assert.include(err, "npm run orchestrator -- code submit --repo ... --prompt ...")
  }, 60_000)
})
