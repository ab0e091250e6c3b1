/** The runner and the real broker, two processes as in a pod. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { apiKey, gitToken, until } from "../../fixtures/Broker.ts"
import { brokerFor } from "../../fixtures/BrokerProcess.ts"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { failing, modelApi } from "../../fixtures/ModelApi.ts"
import { commitTo, filesOf, git, headOf, refusePushes, removeFolder } from "../../fixtures/Remotes.ts"
import {
  attempt,
  codeRun,
  docsRun,
  execute,
  removeShared,
  type Surroundings,
  surroundings
} from "../../fixtures/Run.ts"

const branch = "feature/task-1-implementation"
const own = `${branch}-3f9c2a1b`

afterAll(removeShared)
let around: Surroundings
const start = () => (around = surroundings())
afterEach(() => removeFolder(around.folder))

const agent = (body: string) => fakeClaude(join(around.folder, "agent"), body)
const works = (commands: string) => agent(`keep\ninit\nsay working\n${commands}\ndone_\n`)
const question = JSON.stringify({ model: "claude-sonnet-4-20250514", max_tokens: 10, messages: [] })
const asksTheModel =
  `curl --silent --output "$here/answer" --header "x-api-key: $ANTHROPIC_API_KEY" --data '${question}' ` +
  "\"$ANTHROPIC_BASE_URL/v1/messages\""
const left = (name: string) => readFileSync(join(around.folder, "agent", name), "utf8")

/** Every file below a folder, as one text. */
const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n")

describe("a run with a broker", () => {
  it.live("is delivered by the demo agent, and both sides say so", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const broker = yield* brokerFor(around, codeRun(around))
      const { exitCode, log, result } = yield* execute(broker.environment)
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(exitCode, 0)
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
      assert.strictEqual(yield* broker.stop, 0)
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
      assert.isTrue(broker.brokerReport().delivery?.changed)
    }))

  it.live("gives the agent the broker's model and remote, and no other credential", () =>
    Effect.gen(function*() {
      const { clone, remotes, workspace } = start()
      const api = yield* modelApi
      const pushing = works(
        `${asksTheModel}\nenv > "$here/env"\necho x > x.txt; git add x.txt; git commit --quiet -m x; git push --quiet && ` +
          "echo y > y.txt"
      )
      const run = codeRun(around, {}, pushing)
      const broker = yield* brokerFor(around, run, { MODEL_BASE_URL: api.url })
      const { log, result } = yield* execute({
        ...broker.environment,
        CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat-fake-of-a-test"
      })
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.includeMembers([...filesOf(remotes.target, branch)], ["x.txt", "y.txt"])
      assert.strictEqual(api.asked[0]?.headers["x-api-key"], apiKey)
      const environment = left("env")
      assert.include(environment, `ANTHROPIC_API_KEY=${broker.token}`)
      for (const absent of ["GH_TOKEN", "OAUTH", "GIT_SSH_COMMAND"]) assert.notInclude(environment, absent)
      const config = readFileSync(join(clone, ".git", "config"), "utf8")
      assert.match(config, /url = "http:\/\/127\.0\.0\.1:\d+\/git\/target\.git"/)
      for (const text of [config, ...log, textOf(workspace)]) {
        for (const secret of [broker.token, apiKey, gitToken]) assert.notInclude(text, secret)
      }
      assert.strictEqual(broker.brokerReport().models["claude-sonnet-4-20250514"]?.answers, 1)
    }))

  it.live("documents", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const broker = yield* brokerFor(around, docsRun(around))
      const { log, result } = yield* execute(broker.environment)
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.docs, "docs/demo-3f9c2a1b"))
    }))

  it.live("goes on in its second attempt, on the branch that it had", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const first = yield* Effect.scoped(Effect.gen(function*() {
        const broker = yield* brokerFor(around, codeRun(around))
        return (yield* execute(broker.environment)).result.delivery?.headCommit
      }))
      const known = { KNOWN_BRANCH: branch, KNOWN_HEAD: first ?? "", BROKER_STATE_DIR: join(around.folder, "second") }
      const run = codeRun(around, attempt(around, 2))
      const broker = yield* brokerFor(around, run, known)
      const { log, result } = yield* execute(broker.environment)
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.isTrue(result.resumed)
      assert.strictEqual(result.delivery?.branch, branch)
      git(remotes.target, "merge-base", "--is-ancestor", first ?? "", branch)
    }))

  it.live("uses the branch with its suffix where the task's is somebody else's", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const theirs = commitTo(remotes.target, branch, { "theirs.txt": "x\n" })
      const broker = yield* brokerFor(around, codeRun(around))
      const { result } = yield* execute(broker.environment)
      assert.strictEqual(result.delivery?.branch, own)
      assert.strictEqual(headOf(remotes.target, branch), theirs)
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.target, own))
    }))

  it.live("asks for that branch where the workspace has another run's unpushed work on the task's", () =>
    Effect.gen(function*() {
      const { clone, folder, remotes } = start()
      refusePushes(remotes.target, "not today")
      yield* execute(codeRun(around))
      const unpushed = git(clone, "rev-parse", branch)
      writeFileSync(join(remotes.target, "hooks", "pre-receive"), "#!/bin/sh\n")
      const other = { RUN_UID: "77777777-1111-4222-8333-444455556666", RUN_NAME: "other" }
      const broker = yield* brokerFor({ folder }, codeRun(around, other))
      const { log, result } = yield* execute(broker.environment)
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(result.delivery?.branch, `${branch}-77777777`)
      assert.strictEqual(git(clone, "rev-parse", branch), unpushed)
    }))

  it.live("outlives a broker that is killed and started again", () =>
    Effect.gen(function*() {
      const { folder, remotes } = start()
      const waits = "touch \"$here/begun\"; while [ ! -e \"$here/go\" ]; do sleep 0.05; done; echo x > x.txt"
      const run = codeRun(around, {}, works(waits))
      const broker = yield* brokerFor(around, run)
      const running = yield* Effect.forkChild(execute(broker.environment))
      yield* until(() => existsSync(join(folder, "agent", "begun")))
      broker.child.kill("SIGKILL")
      writeFileSync(join(folder, "agent", "go"), "")
      const again = yield* brokerFor(around, run)
      const { log, result } = yield* Fiber.join(running)
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      assert.strictEqual(again.token, broker.token)
      assert.strictEqual(again.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
    }))

  it.live("saves the work of an agent that is told to stop, and takes no more of the model", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const run = codeRun(around, {}, works("echo x > x.txt; touch \"$here/begun\"; use; exec sleep 600"))
      const broker = yield* brokerFor(around, run)
      const log: Array<string> = []
      const running = yield* Effect.forkChild(execute(broker.environment, log))
      yield* until(() => existsSync(join(around.folder, "agent", "begun")))
      yield* Fiber.interrupt(running)
      assert.include(filesOf(remotes.target, branch), "x.txt", log.join("\n"))
      assert.strictEqual(broker.brokerReport().modelRefused, "Cancelled")
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
    }))
})

describe("what the broker says is in the result", () => {
  it.live("when the remote refuses a push", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      refusePushes(remotes.target, "this branch is frozen")
      const broker = yield* brokerFor(around, codeRun(around))
      const { result } = yield* execute(broker.environment)
      const { pushRefused = "" } = result.delivery ?? {}
      assert.include(pushRefused, "[remote rejected] (pre-receive hook declined): this branch is frozen")
      assert.strictEqual(pushRefused.split("frozen").length, 2)
      assert.include(broker.brokerReport().delivery?.pushRefused ?? "", "this branch is frozen")
    }))

  it.live("when the repository is gone", () =>
    Effect.gen(function*() {
      const { folder } = start()
      const run = codeRun(around, { REPOSITORY_URL: `file://${folder}/gone.git` })
      const broker = yield* brokerFor(around, run)
      const { result } = yield* execute(broker.environment)
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, `target repository file://${folder}/gone.git cannot be read: `)
      assert.include(result.message, "does not appear to be a git repository")
    }))

  const fails = (status: number, error: string) =>
    `failure ${error}\nresult "\\"subtype\\":\\"success\\",\\"is_error\\":true,\\"api_error_status\\":${status},` +
    "\\\"result\\\":\\\"API Error\\\"\"\n"

  it.live("when there is no key", () =>
    Effect.gen(function*() {
      const { folder } = start()
      const run = codeRun(around, {}, agent(`keep\ninit\n${asksTheModel}\n${fails(401, "authentication_failed")}`))
      const broker = yield* brokerFor(around, run, { CREDENTIALS_DIR: join(folder, "nothing") })
      const { result } = yield* execute(broker.environment)
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, "secrets.apiKeySecretName")
    }))

  it.live("when a usage limit ends at a time that the agent does not tell", () =>
    Effect.gen(function*() {
      start()
      const api = yield* modelApi
      api.script(failing(429, "rate_limit_error", { "retry-after": "7200" }))
      const run = codeRun(around, {}, agent(`keep\ninit\n${asksTheModel}\n${fails(429, "rate_limit")}`))
      const broker = yield* brokerFor(around, run, { MODEL_BASE_URL: api.url })
      const { result } = yield* execute(broker.environment)
      assert.strictEqual(result.reason, "RateLimited")
      assert.strictEqual(result.resetAt, broker.brokerReport().resetAt)
    }))

  it.live("when the budget is spent", () =>
    Effect.gen(function*() {
      start()
      const api = yield* modelApi
      const run = codeRun(
        around,
        { MAX_COST_USD: "0.001" },
        agent(`keep\ninit\n${asksTheModel}\n${asksTheModel}\n${fails(400, "invalid_request")}`)
      )
      const broker = yield* brokerFor(around, run, {
        MODEL_BASE_URL: api.url,
        MODEL_PRICES: JSON.stringify({ claude: { input: 3, output: 15 } })
      })
      const { result } = yield* execute(broker.environment)
      assert.strictEqual(result.reason, "BudgetExceeded", left("answer"))
    }))

  it.live("when there is none", () =>
    Effect.gen(function*() {
      const { folder } = start()
      const { result } = yield* execute({
        ...codeRun(around),
        BROKER_ENDPOINT_FILE: join(folder, "endpoint.json"),
        ORCHESTRATOR_BROKER_SECONDS: "0.3"
      })
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, join(folder, "endpoint.json"))
    }))
})
