/**
 * The example's CodeRun with the real Claude Code on a real control plane: its keys in Secrets that only the broker mounts, a git remote that
 * speaks TLS, GitHub's API and a model's. It ends with a pull request, which kubectl shows.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { installClaudeCode } from "../../../../tools/agent/ClaudeCode.ts"
import { gitHttp, gitHub, makeCertificates } from "../../../../tools/agent/Doubles.ts"
import { bash, inOrder, say, scriptedModel } from "../../../../tools/agent/ScriptedModel.ts"
import { installation } from "../../src/settings/Installation.ts"
import { kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { diagnosticsOf, git, processNode } from "./ProcessNode.ts"
import { makeSite, over, startReplica, verbsOf } from "./World.ts"

/** Here, and not in a test: nothing begins where it cannot be installed, and loading it takes the time that it takes. */
const claude = installClaudeCode()

const node = processNode({ agent: "claude", pushes: false })

const onPath = Layer.succeed(
  ConfigProvider.ConfigProvider,
  ConfigProvider.fromEnv({ env: { PATH: `${dirname(claude)}:${process.env["PATH"] ?? ""}` } })
)

const secrets = {
  apiKey: "sk-ant-fake-key-of-a-test-0123456789",
  token: "fake-forge-token-of-a-test-4711"
} as const

const secret = (namespace: string, name: string, key: string, value: string) =>
  kubectl(["create", "secret", "generic", name, "-n", namespace, `--from-literal=${key}=${value}`])

const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n")

layer(Layer.provide(node.cluster, onPath), { excludeTestServices: true, timeout: "4 minutes" })(
  "Claude Code on a real control plane",
  (it) => {
    it.effect(
      "makes the example's CodeRun a pull request, whose address kubectl shows, and has no key",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const tls = makeCertificates(node.folder)
          const remote = yield* gitHttp(node.remotes, secrets.token, { tls })
          const upstream = join(node.remotes, "hello-api.git")
          const forge = yield* gitHub({ token: secrets.token, repositories: { "acme/hello-api": upstream } })
          const model = yield* scriptedModel(inOrder(
            bash("cat task/prompt.md && echo work > work.txt && git add work.txt && git commit -qm Work"),
            say("The work is there.")
          ))
          const site = yield* makeSite("claude", {
            cleanup: { completedJobDelayMinutes: 60, failedJobDelayMinutes: 60 },
            agent: { ...node.settings, credentials: "broker", broker: { caCertificates: tls.authority } },
            git: { allowedProtocols: ["https"], insteadOf: { "https://github.com/acme/": `${remote.url}/` } },
            forge: { githubHosts: { "github.com": forge.url } },
            model: { baseUrl: model.url }
          })
          const { namespace } = site
          secret(namespace, "orchestrator-secrets", "ANTHROPIC_API_KEY", secrets.apiKey)
          secret(namespace, "github-token-demo-agent", "token", secrets.token)
          const replica = yield* startReplica(site)
          const { examples } = yield* Effect.provide(installation, NodeServices.layer)
          const example = readFileSync(join(examples, "coderun.yaml"), "utf8")
          const applied = example.replaceAll("Url: file:///demo/", "Url: https://github.com/acme/")
          kubectl(["apply", "-n", namespace, "-f", "-"], applied)
          const { run } = yield* verbsOf(site)
          const { status = {} } = yield* eventually("it to end", run("hello-api"), over, 270).pipe(
            Effect.onError(() =>
              Effect.ignore(Effect.flatMap(diagnosticsOf(site), (diagnostics) => Effect.logError(diagnostics)))
            )
          )
          const diagnostics = yield* diagnosticsOf(site)
          assert.strictEqual(
            status["reason"],
            "Delivered",
            `${String(status["message"])}\n${diagnostics}\n${replica.log}`
          )
          assert.strictEqual(status["phase"], "Succeeded")

          const branch = String(status["branch"])
          assert.strictEqual(git("-C", upstream, "rev-parse", `refs/heads/${branch}`), status["headCommit"])
          assert.strictEqual(git("-C", upstream, "show", `${branch}:work.txt`), "work")
          assert.deepStrictEqual(forge.pulls.map(({ head }) => [head.ref, head.sha]), [[branch, status["headCommit"]]])
          assert.include(forge.pulls[0]?.body ?? "", "The work is there.")
          const address = "https://github.com/acme/hello-api/pull/1"
          assert.strictEqual(status["pullRequestUrl"], address)
          const table = kubectl(["get", "-n", namespace, "cr", "-o", "wide"])
          assert.match(
            table,
            /hello-api +2 +hello-api +\S+ +Succeeded +\S+ +Delivered +1 +\S+\/acme\/hello-api\/pull\/1\s/
          )
          assert.include(table, address)

          const requests = model.requests.join("\n")
          assert.match(requests, /"user-agent":"claude-cli\//)
          assert.deepStrictEqual([...model.keys], [secrets.apiKey])
          assert.deepStrictEqual([...remote.passwords], [secrets.token])
          const objects = kubectl(["get", "-n", namespace, "coderuns,jobs,pods,configmaps,events", "-o", "json"])
          for (const secret of Object.values(secrets)) {
            for (const text of [requests, diagnostics, replica.log, objects, textOf(node.remotes)]) {
              assert.isFalse(text.includes(secret))
            }
          }
        })),
      400_000
    )
  }
)
