import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { bash, inOrder, say, scriptedModel } from "../../../../tools/agent/ScriptedModel.ts"
import { gitHub } from "../fixtures/github/GitHub.ts"
import { fileOf, headOf, removeFolder, tempFolder } from "../fixtures/Remotes.ts"
import { localProduct } from "./LocalProduct.ts"
import { secrets } from "./World.ts"

const example = new URL("../../../../examples/coderun.yaml", import.meta.url)
const runs = "/apis/orchestrator.platform/v1/namespaces/orchestrator/coderuns"

interface Run {
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly branch?: string
    readonly headCommit?: string
    readonly pullRequestUrl?: string
    readonly usage?: { readonly inputTokens?: number }
  }
}

const isRun = (value: unknown): value is Run => typeof value === "object" && value !== null

const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n")

/** Gemini CLI needs a file of root on this machine. */
const agents = [
  { agent: "claude", address: "ANTHROPIC_BASE_URL", key: "ANTHROPIC_API_KEY", model: "claude-sonnet-4-20250514" },
  { agent: "codex", address: "OPENAI_BASE_URL", key: "OPENAI_API_KEY", model: "gpt-5.5" },
  { agent: "opencode", address: "ANTHROPIC_BASE_URL", key: "ANTHROPIC_API_KEY", model: "claude-sonnet-4-20250514" }
]

describe("the whole product on this machine", () => {
  it.live.each(agents)(
    "makes the example's CodeRun a pull request by a person's own $agent",
    (person) =>
      Effect.gen(function*() {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(tempFolder),
          (made) => Effect.sync(() => removeFolder(made))
        )
        const state = join(folder, "state")
        mkdirSync(state)
        const remote = join(state, "git", "hello-api.git")
        const forge = yield* gitHub({ token: secrets.token, repositories: { "acme/hello-api": remote } })
        const model = yield* scriptedModel(inOrder(
          bash("cat task/prompt.md && echo work > work.txt && git add work.txt && git commit -qm Work"),
          say("Done.")
        ))
        const config = join(folder, "config.yaml")
        writeFileSync(
          config,
          JSON.stringify({
            forge: { githubHosts: { "github.com": forge.url } },
            git: { insteadOf: { "https://github.com/acme/": `file://${state}/git/` } }
          })
        )
        const product = yield* localProduct({
          agent: person.agent,
          state,
          config,
          environment: { [person.key]: secrets.apiKey, [person.address]: model.url }
        })
        yield* product.kube("POST", "/api/v1/namespaces/orchestrator/secrets", {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "github-token-demo-agent" },
          stringData: { token: secrets.token }
        })
        const run = parse(readFileSync(example, "utf8"))
        const spec = {
          ...run.spec,
          model: person.model,
          repositoryUrl: "https://github.com/acme/hello-api.git",
          docsRepositoryUrl: "https://github.com/acme/docs.git"
        }
        yield* product.kube("POST", runs, { ...run, spec })
        const { status } = yield* product.kube("GET", `${runs}/hello-api`).pipe(
          Effect.filterOrFail(isRun),
          Effect.filterOrFail(({ status }) => ["Succeeded", "Failed"].includes(status?.phase ?? "")),
          Effect.retry({ schedule: Schedule.spaced("250 millis"), times: 600 }),
          Effect.orElseSucceed((): Run => ({}))
        )
        assert.strictEqual(status?.reason, "Delivered", `${status?.message}\n${product.output()}`)
        assert.strictEqual(status?.phase, "Succeeded")
        const branch = status?.branch ?? ""
        assert.strictEqual(status?.headCommit, headOf(remote, branch))
        assert.strictEqual(fileOf(remote, branch, "work.txt"), "work")
        assert.deepStrictEqual(forge.pulls.map(({ head }) => head.ref), [branch])
        assert.strictEqual(status?.pullRequestUrl, "https://github.com/acme/hello-api/pull/1")
        assert.include(
          JSON.stringify(yield* product.table(`${runs}/hello-api`)),
          status?.pullRequestUrl ?? "no address"
        )
        assert.strictEqual(status?.usage?.inputTokens, 2000)
        assert.deepStrictEqual([...model.keys], [secrets.apiKey])
        // The cluster's own data has the Secrets; nothing that an agent wrote, nothing that was printed, has.
        for (const secret of Object.values(secrets)) {
          assert.notInclude(model.requests.join("\n"), secret)
          assert.notInclude(product.output(), secret)
          assert.isFalse(textOf(join(state, "git")).includes(secret))
        }
      })
  )
})
