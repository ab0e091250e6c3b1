import { afterEach, assert, it } from "@effect/vitest"
import type { Attempt } from "@orchestrator/domain/Attempt"
import type { CodeRunStatus } from "@orchestrator/domain/CodeRun"
import { writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { git, LocalProduct, processesOf, stopAll, temporaryFolder } from "./LocalProduct.ts"

interface Run {
  readonly name: string
  readonly phase: string
  readonly reason: string
  readonly spec: object
  readonly status: CodeRunStatus & { readonly attempts: ReadonlyArray<Attempt> }
}

const run = async (product: LocalProduct, name: string): Promise<Run> =>
  JSON.parse(await (await product.ask(`/api/v1/code-runs/${name}`)).text())

afterEach(stopAll)

it("the demo becomes a branch on its remote; Ctrl-C ends everything; the next start goes on", async () => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  try {
    const first = new LocalProduct(["--state", state])
    await first.printed(/coderun\/demo +Succeeded/)
    const { status } = await run(first, "demo")
    const remote = join(state, "git/hello-api.git")
    assert.strictEqual(git("-C", remote, "rev-parse", `refs/heads/${status.branch}`), status.headCommit)
    await first.printed(/Try next/)
    assert.strictEqual(await first.stop(), 130)
    assert.deepStrictEqual(processesOf(state), [])

    const second = new LocalProduct(["--state", state])
    await second.printed(/Try next/)
    assert.strictEqual((await run(second, "demo")).phase, "Succeeded")
    assert.include(await (await second.ask("/api/v1/code-runs/demo/logs")).text(), "Completed")
    assert.lengthOf(git("-C", remote, "log", "--format=%H", String(status.branch)).split("\n"), 2)
    await second.stop()
  } finally {
    remove()
  }
}, 240_000)

it(
  "with the keys in the agent's environment the runner delivers through a broker of its own, and nothing of it stays",
  async () => {
    const { folder, remove } = temporaryFolder()
    const state = join(folder, "state")
    const config = join(folder, "config.yaml")
    writeFileSync(config, "agent: { credentials: env }\n")
    try {
      const product = new LocalProduct(["--state", state, "--config", config])
      await product.printed(/coderun\/demo +Succeeded/)
      const { status } = await run(product, "demo")
      const remote = join(state, "git/hello-api.git")
      assert.strictEqual(git("-C", remote, "rev-parse", `refs/heads/${status.branch}`), status.headCommit)
      const logs = await (await product.ask("/api/v1/code-runs/demo/logs")).text()
      assert.match(logs, /the broker is ready on 127\.0\.0\.1:\d+/)
      assert.strictEqual(await product.stop(), 130)
      assert.deepStrictEqual(processesOf(state), [])
    } finally {
      remove()
    }
  },
  240_000
)

it("killed in mid-run and started again, the run goes on by itself: each of its Jobs was made once", async () => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  try {
    const first = new LocalProduct(["--state", state], { DEMO_AGENT_SECONDS: "60" })
    await first.printed(/agent: I read the task first/, 60)
    await first.stop("SIGKILL")

    const second = new LocalProduct(["--state", state])
    await second.printed(/coderun\/demo +(Failed|Succeeded)/, 90)
    const { phase, reason, status } = await run(second, "demo")
    assert.deepStrictEqual([phase, reason, status.contextVersion, status.retryCount], ["Succeeded", "Delivered", 1, 1])
    assert.deepStrictEqual(
      status.attempts.map(({ outcome, reason }) => [outcome, reason]),
      [["Failed", "InfraLost"], ["Succeeded", "Delivered"]]
    )
    assert.lengthOf(new Set(status.attempts.map(({ jobName }) => jobName)), 2)
    await second.stop()
    assert.deepStrictEqual(processesOf(`${state}/node`), [])
  } finally {
    remove()
  }
}, 180_000)

it("cancelling a run pushes what its agent has done", async () => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  try {
    const product = new LocalProduct(["--state", state], { DEMO_AGENT_SECONDS: "60" })
    await product.printed(/wrote src\//)
    assert.strictEqual((await product.ask("/api/v1/code-runs/demo/cancel", {})).status, 200)
    await product.printed(/coderun\/demo +Cancelled/)
    const { status } = await run(product, "demo")
    assert.strictEqual(
      git("-C", join(state, "git/hello-api.git"), "rev-parse", `refs/heads/${status.branch}`),
      status.headCommit
    )
    await product.stop()
  } finally {
    remove()
  }
}, 240_000)

it("two runs of one task that start together deliver two branches, although they do the same", async () => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  try {
    const product = new LocalProduct(["--state", state])
    await product.printed(/coderun\/demo +Succeeded/)
    const { spec } = await run(product, "demo")
    const made = await Promise.all(
      ["one", "two"].map((service) =>
        product.ask("/api/v1/code-runs", { name: service, spec: { ...spec, taskId: 2, service } })
      )
    )
    assert.deepStrictEqual(made.map(({ status }) => status), [201, 201])
    await product.printed(/coderun\/one +Succeeded/)
    await product.printed(/coderun\/two +Succeeded/)
    const runs = await Promise.all([run(product, "one"), run(product, "two")])
    const branches = runs.map(({ status }) => String(status.branch))
    assert.lengthOf(new Set(branches), 2)
    for (const branch of branches) {
      assert.match(branch, /^feature\/task-2-implementation(-[0-9a-f]{8})?$/)
      assert.strictEqual(
        git("-C", join(state, "git/hello-api.git"), "rev-list", "--count", `main..refs/heads/${branch}`),
        "1"
      )
    }
    await product.stop()
  } finally {
    remove()
  }
}, 240_000)

/** What a start that is refused says. It ends with 1 and without a stack trace. */
const refusal = async (args: ReadonlyArray<string>): Promise<string> => {
  const product = new LocalProduct(args)
  assert.strictEqual(await product.exit, 1)
  assert.notMatch(product.output, /\n\s+at /)
  return product.output
}

it("a port in use is said, with the flag that chooses another", async () => {
  const { folder, remove } = temporaryFolder()
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve))
  const address = taken.address()
  try {
    const port = typeof address === "object" && address !== null ? address.port : 0
    assert.match(await refusal(["--state", join(folder, "state"), "--port", String(port)]), /--port/)
  } finally {
    taken.close()
    remove()
  }
}, 120_000)

it("a damaged state file is named and left as it is", async () => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  try {
    const first = new LocalProduct(["--state", state, "--no-demo"])
    await first.printed(/Try next/)
    await first.stop()
    writeFileSync(
      join(state, "cluster.sqlite"),
      "this is no database, but it is long enough to be read as one ".repeat(80)
    )
    assert.match(await refusal(["--state", state]), /cluster\.sqlite[^]*--reset/)
  } finally {
    remove()
  }
}, 120_000)

it("an unknown key of the settings is named", async () => {
  const { folder, remove } = temporaryFolder()
  const config = join(folder, "config.yaml")
  try {
    writeFileSync(config, "jobs: {}\n")
    assert.match(
      await refusal(["--state", join(folder, "state"), "--config", config]),
      /jobs: expected no such field/
    )
  } finally {
    remove()
  }
}, 120_000)
