/** `orchestrator` of a checkout, as `npm link` and `npx` start it: by whatever Node there is, with its signals and exit code. */
import { assert, it } from "@effect/vitest"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "./LocalProduct.ts"

const launcher = join(import.meta.dirname, "../bin/orchestrator.cjs")
const env = { PATH: "/usr/bin:/bin", HOME: "/nonexistent" }

it("says the version and ends with the program's exit code", () => {
  assert.match(execFileSync(process.execPath, [launcher, "--version"], { env, encoding: "utf8" }), /^orchestrator v/)
  const { status, stderr } = spawnSync(process.execPath, [launcher, "list", "--server", "localhost:1"], {
    env,
    encoding: "utf8"
  })
  assert.deepStrictEqual([status, /No answer from http:\/\/localhost:1/.test(stderr)], [1, true])
})

/** Of the machine; the tests themselves run on Node 24. */
const older = ["/usr/bin/node", "/usr/local/bin/node"].find(existsSync)

it.skipIf(older === undefined)(
  "runs on Node 24 whatever Node starts it",
  () => assert.match(execFileSync(older ?? "", [launcher, "--version"], { env, encoding: "utf8" }), /^orchestrator v/)
)

it("passes signals on, and ends as the program does", async () => {
  const { folder, remove } = temporaryFolder()
  const child = spawn(
    process.execPath,
    [launcher, "dev", "--no-demo", "--port", "0", "--state", join(folder, "state")],
    {
      env,
      stdio: ["ignore", "pipe", "ignore"]
    }
  )
  let output = ""
  const ready = new Promise<void>((resolve) =>
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes("Ctrl-C stops everything")) resolve()
    })
  )
  await ready
  child.kill("SIGINT")
  assert.deepStrictEqual((await once(child, "exit")).slice(0, 1), [130])
  remove()
}, 60_000)
