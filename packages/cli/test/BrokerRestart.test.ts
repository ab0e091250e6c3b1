import { afterEach, assert, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { git, LocalProduct, stopAll, temporaryFolder } from "./LocalProduct.ts"

afterEach(stopAll)

/** Processes of the broker of a pod of this state folder. */
const brokersOf = (state: string): ReadonlyArray<number> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0")
      const ours = variables.includes(`ORCHESTRATOR_NODE=${state}/node`) &&
        variables.some((each) => /^ORCHESTRATOR_CONTAINER=.*\/broker$/.test(each))
      return ours ? [Number(pid)] : []
    } catch {
      return []
    }
  })

it("a broker that is killed in mid-run is started again, and the work is delivered through it", async () => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  try {
    const product = new LocalProduct(["--state", state], { DEMO_AGENT_SECONDS: "12" })
    await product.printed(/agent: I read the task first/)
    const before = brokersOf(state)
    assert.isNotEmpty(before)
    for (const pid of before) process.kill(pid, "SIGKILL")
    const end = performance.now() + 60_000
    while (!brokersOf(state).some((pid) => !before.includes(pid))) {
      assert.isBelow(performance.now(), end, product.output)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await product.printed(/coderun\/demo +Succeeded/)
    const [, commit = "none"] = await product.printed(/the remote has \S+ at ([0-9a-f]+)/)
    const heads = git("-C", join(state, "git/hello-api.git"), "for-each-ref", "--format=%(objectname)", "refs/heads")
    assert.include(heads, commit)
    await product.stop()
  } finally {
    remove()
  }
}, 240_000)
