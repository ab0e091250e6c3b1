import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ChildProcess } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { agentGit } from "../fixtures/AgentGit.ts"
import { apiKey, branch, brokerReportAt, endpointAt, gitToken, place, until } from "../fixtures/Broker.ts"
import { spawnBroker } from "../fixtures/BrokerProcess.ts"
import { gitHttp } from "../fixtures/GitHttp.ts"
import { model, modelApi } from "../fixtures/ModelApi.ts"
import { headOf } from "../fixtures/Remotes.ts"

/** A broker in a process of its own, before remotes that want a token. */
const start = Effect.fnUntraced(function*(changes: Readonly<Record<string, string>> = {}) {
  const around = yield* place
  const api = yield* modelApi
  const remote = yield* gitHttp(join(around.folder, "remotes"), gitToken)
  for (const repository of Object.values(around.remotes)) {
    writeFileSync(join(repository, "config"), "[core]\n\tbare = true\n[http]\n\treceivepack = true\n")
  }
  const environment: Readonly<Record<string, string>> = {
    ...around.environment,
    MODEL_BASE_URL: api.url,
    GIT_ALLOWED_HOSTS: new URL(remote.url).host,
    REPOSITORY_URL: `${remote.url}/target.git`,
    DOCS_REPOSITORY_URL: `${remote.url}/docs.git`,
    GIT_ALLOW_PROTOCOL: "http",
    GIT_INSTEAD_OF: "{}",
    ...changes
  }
  const output: Array<string> = []
  /** Once more the same container. */
  const launch = Effect.gen(function*() {
    const readies = () => output.join("").split("is ready").length
    const before = readies()
    const child = yield* spawnBroker(environment, output)
    yield* until(() => readies() > before && existsSync(environment["BROKER_ENDPOINT_FILE"] ?? ""))
    return child
  })
  const child = yield* launch
  const broker = endpointAt(environment)
  const clone = join(around.folder, "clone")
  mkdirSync(clone)
  const say = agentGit(broker, clone)
  const ask = Effect.promise(() =>
    fetch(`${broker.url}/anthropic/v1/messages`, {
      method: "POST",
      body: JSON.stringify({ model, max_tokens: 10, messages: [] }),
      headers: { "x-api-key": broker.token }
    }).then((response) => response.text().then((text) => ({ status: response.status, text })))
  )
  return { ...around, api, ask, broker, child, clone, environment, launch, output, remote, say }
})

const work = Effect.fnUntraced(function*({ broker, clone, say }: Effect.Success<ReturnType<typeof start>>) {
  const { ok, words } = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
  assert.isTrue(ok, words)
  yield* say("checkout", "--quiet", "-b", branch)
  writeFileSync(join(clone, "work.txt"), "x")
  yield* say("add", "--all")
  yield* say("commit", "--quiet", "-m", "Work")
})

const exited = (child: ChildProcess, signal: NodeJS.Signals) =>
  Effect.callback<number | null>((resume) => {
    child.once("exit", (code) => resume(Effect.succeed(code)))
    child.kill(signal)
  })

/** Every file below a folder, as one text. */
const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n")

describe("a broker in a process of its own", () => {
  it.live("delivers with a token that only the remote sees, and leaves its report when told to end", () =>
    Effect.gen(function*() {
      const started = yield* start()
      const { ask, broker, child, clone, environment, folder, output, remote, remotes, say } = started
      yield* work(started)
      const { ok, words } = yield* say("push", "origin", branch)
      assert.isTrue(ok, words)
      yield* ask
      assert.deepStrictEqual([...remote.passwords], [gitToken])
      const open = readFileSync(`/proc/${child.pid}/environ`, "utf8") +
        readFileSync(`/proc/${child.pid}/cmdline`, "utf8")
      assert.strictEqual(yield* exited(child, "SIGTERM"), 0)
      const brokerReport = brokerReportAt(environment)
      assert.strictEqual(brokerReport.delivery?.headCommit, headOf(remotes.target, branch))
      assert.strictEqual(brokerReport.models[model]?.answers, 1)
      const seen = [open, words, ...output, textOf(clone), textOf(join(folder, "state")), textOf(join(folder, "run"))]
      for (const secret of [apiKey, gitToken]) assert.notInclude(seen.join("\n"), secret)
      assert.notInclude(output.join(""), broker.token)
    }))

  it.live("leaves the truth so far when it is killed", () =>
    Effect.gen(function*() {
      const started = yield* start()
      yield* work(started)
      yield* started.say("push", "origin", branch)
      yield* exited(started.child, "SIGKILL")
      const head = headOf(started.remotes.target, branch)
      assert.isDefined(head)
      assert.strictEqual(brokerReportAt(started.environment).delivery?.headCommit, head)
    }))

  it.live("goes on where it was killed: at its address, with its token, its budget, and what it knows of the branch", () =>
    Effect.gen(function*() {
      const started = yield* start({
        MODEL_PRICES: JSON.stringify({ claude: { input: 1, output: 1 } }),
        MAX_COST_USD: "0.002"
      })
      const { ask, child, clone, environment, launch, remotes, say } = started
      yield* work(started)
      yield* say("push", "origin", branch)
      assert.strictEqual((yield* ask).status, 200)
      const first = brokerReportAt(environment)
      yield* exited(child, "SIGKILL")
      // A container that is started again finds an empty message.
      writeFileSync(environment["TERMINATION_MESSAGE_PATH"] ?? "", "")
      yield* launch
      assert.deepStrictEqual(endpointAt(environment), { url: started.broker.url, token: started.broker.token })
      assert.deepStrictEqual(brokerReportAt(environment), first)
      assert.strictEqual((yield* ask).status, 200)
      assert.strictEqual(brokerReportAt(environment).models[model]?.answers, 2)
      assert.strictEqual((yield* ask).status, 400, "the budget counts what was spent before")
      writeFileSync(join(clone, "work.txt"), "better")
      yield* say("commit", "--quiet", "--all", "--amend", "-m", "Better")
      const amended = yield* say("push", "--force", "origin", branch)
      assert.isTrue(amended.ok, amended.words)
      assert.strictEqual(brokerReportAt(environment).delivery?.headCommit, headOf(remotes.target, branch))
    }))

  it.live("says to the pusher that the network was cut in the middle, and reports no push", () =>
    Effect.gen(function*() {
      const started = yield* start()
      yield* work(started)
      started.remote.cutPushes(true)
      const { ok, words } = yield* started.say("push", "origin", branch)
      assert.isFalse(ok)
      assert.include(words, "the connection broke off")
      assert.match(
        brokerReportAt(started.environment).delivery?.pushRefused ?? "",
        /hung up|disconnect|failed|empty reply/i
      )
      assert.isUndefined(headOf(started.remotes.target, branch))
      started.remote.cutPushes(false)
      assert.isTrue((yield* started.say("push", "origin", branch)).ok)
    }))

  it.live("takes a token that was renewed while it runs", () =>
    Effect.gen(function*() {
      const started = yield* start()
      const file = join(started.folder, "credentials", "github-token")
      writeFileSync(file, "fake-token-that-has-expired")
      const refused = yield* started.say("ls-remote", `${started.broker.url}/git/target.git`)
      assert.include(refused.words, "remote error: cannot read")
      assert.notInclude(refused.words, "fake-token-that-has-expired")
      writeFileSync(file, gitToken)
      assert.isTrue((yield* started.say("ls-remote", `${started.broker.url}/git/target.git`)).ok)
    }))
})
