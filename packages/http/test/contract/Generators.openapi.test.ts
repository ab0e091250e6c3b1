/**
 * The OpenAPI document in other people's hands: linters find no error, clients that four generators make from it compile and read a log from
 * a server, and a fuzzer finds no answer that the document lacks. The tools are installed by tools/openapi/install.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Layer, Logger, Scope } from "effect"
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { store } from "../fixtures/TestApi.ts"
import { startServer } from "../fixtures/TestServer.ts"

const root = join(import.meta.dirname, "../../../..")
const log = "one\ntwo\n"
const scope = Effect.runSync(Scope.make())
const folder = mkdtempSync(join(tmpdir(), "orchestrator-openapi-"))

let tools = ""
let url = ""

const run = async (program: string, args: ReadonlyArray<string>, cwd = folder): Promise<string> => {
  const env = { ...process.env, GOFLAGS: "-mod=mod -buildvcs=false", PATH: `${tools}/venv/bin:${process.env["PATH"]}` }
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stderr = "", stdout = "" } = Object(error)
    throw new Error(`${program} ${args.join(" ")}\n${String(stdout).slice(-8000)}\n${String(stderr).slice(-4000)}`, {
      cause: error
    })
  }
}

/** A program of the npm packages, by the Node that runs this. */
const npx = (path: string, args: ReadonlyArray<string>, cwd?: string) =>
  run(process.execPath, [join(tools, "node_modules", path), ...args], cwd)

const write = (name: string, text: string) => {
  mkdirSync(join(folder, name, ".."), { recursive: true })
  writeFileSync(join(folder, name), text)
}

/** A server whose run `a` has printed something. */
const served = Effect.gen(function*() {
  const cluster = Layer.succeedContext(yield* Layer.buildWithScope(layerMemory, scope))
  const { url } = yield* startServer(cluster)
  yield* Effect.gen(function*() {
    yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", jobName: "code-a" } }))
    const { metadata } = yield* store(PodKind, {
      metadata: { name: "code-a-x", namespace, labels: { "batch.kubernetes.io/job-name": "code-a" } },
      spec: { containers: [{ name: "claude", image: "agent" }] },
      status: {
        phase: "Running",
        containerStatuses: [{
          name: "claude",
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: "2026-01-01T00:00:00Z" } }
        }]
      }
    })
    const logs = yield* PodLogs
    yield* logs.append({ podUid: metadata.uid ?? "", container: "claude" }, new TextEncoder().encode(log))
    yield* KubernetesClient
  }).pipe(Effect.provide(cluster))
  return url
})

beforeAll(async () => {
  tools = (await promisify(execFile)(join(root, "tools/openapi/install"))).stdout.trim()
  url = await Effect.runPromise(Effect.provide(served, Logger.layer([])))
  write("openapi.json", await (await fetch(`${url}/openapi.json`)).text())
  write("package.json", JSON.stringify({ type: "module" }))
  symlinkSync(join(tools, "node_modules"), join(folder, "node_modules"))
}, 900_000)

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Effect.runSync(Effect.exit(Effect.void))))
  rmSync(folder, { recursive: true, force: true })
})

describe("the document of a server", () => {
  it("has no error for redocly at recommended level", async () => {
    const report = await npx("@redocly/cli/bin/cli.js", [
      "lint",
      "openapi.json",
      "--extends",
      "recommended",
      "--format",
      "json"
    ])
    assert.strictEqual(JSON.parse(report.slice(report.indexOf("{"))).totals.errors, 0)
  })

  it("has no error for spectral at recommended level", async () => {
    write(".spectral.yaml", "extends: [[\"spectral:oas\", recommended]]\n")
    await npx("@stoplight/spectral-cli/dist/index.js", ["lint", "openapi.json", "--fail-severity", "error"])
  })
})

const compiled = [
  "--noEmit",
  "--strict",
  "--module",
  "nodenext",
  "--target",
  "es2023",
  "--lib",
  "es2023,dom,dom.iterable"
]

const compile = (file: string) =>
  npx("typescript/bin/tsc", [...compiled, "--allowImportingTsExtensions", "--erasableSyntaxOnly", file])

describe("a client that is generated compiles and reads a log", () => {
  it("openapi-typescript", async () => {
    await npx("openapi-typescript/bin/cli.js", ["openapi.json", "-o", "types/schema.d.ts"])
    write(
      "types/main.ts",
      `import type { paths } from "./schema.d.ts"
type Logs = paths["/api/v1/code-runs/{name}/logs"]["get"]
const query: NonNullable<Logs["parameters"]["query"]> = { tail: 1 }
const response = await fetch(\`${url}/api/v1/code-runs/a/logs?\${new URLSearchParams({ tail: String(query.tail) })}\`)
const text: Logs["responses"][200]["content"]["text/plain; charset=utf-8"] = await response.text()
const list: NonNullable<paths["/api/v1/code-runs"]["get"]["parameters"]["query"]> = {
  phase: "Running", label: ["team in (a,b)"], sort: "-createdAt", limit: 5
}
console.log(text, Object.keys(list).length)
`
    )
    await compile("types/main.ts")
    assert.include(await run(process.execPath, ["types/main.ts"]), "two\n")
  })

  it("orval", async () => {
    const output = { target: "./orval/api.ts", client: "fetch", baseUrl: url }
    write("orval.config.mjs", `export default { api: ${JSON.stringify({ input: "./openapi.json", output })} }\n`)
    await npx("orval/dist/bin/orval.mjs", ["--config", "orval.config.mjs"])
    write(
      "orval/main.ts",
      `import { codeRunsLogs } from "./api.ts"
const answer = await codeRunsLogs("a", { tail: 1 })
if (answer.status !== 200) throw new Error(JSON.stringify(answer.data))
const text: string = answer.data
console.log(text)
`
    )
    await compile("orval/main.ts")
    assert.include(await run(process.execPath, ["orval/main.ts"]), "two\n")
  })

  it("oapi-codegen", async () => {
    write("go/config.yaml", "package: main\ngenerate: { client: true, models: true }\noutput: api.gen.go\n")
    write("go/go.mod", "module example.com/api\n\ngo 1.24\n\nrequire github.com/oapi-codegen/runtime v1.9.0\n")
    write(
      "go/main.go",
      `package main

import (
	"context"
	"fmt"
)

func main() {
	client, err := NewClientWithResponses("${url}")
	if err != nil {
		panic(err)
	}
	tail := 1
	answer, err := client.CodeRunsLogsWithResponse(context.Background(), "a", &CodeRunsLogsParams{Tail: &tail})
	if err != nil {
		panic(err)
	}
	fmt.Print(string(answer.Body))
}
`
    )
    await run(join(tools, "bin/oapi-codegen"), ["-config", "config.yaml", "../openapi.json"], join(folder, "go"))
    await run("go", ["vet", "./..."], join(folder, "go"))
    assert.strictEqual(await run("go", ["run", "."], join(folder, "go")), "two\n")
  })

  it("openapi-python-client", async () => {
    await run("openapi-python-client", ["generate", "--path", "openapi.json", "--output-path", "api", "--meta", "none"])
    write(
      "main.py",
      `from api import Client
from api.api.code_runs import code_runs_get, code_runs_list, code_runs_logs

client = Client(base_url="${url}")
print(code_runs_logs.sync("a", client=client, tail=1), end="")
run = code_runs_get.sync("a", client=client)
assert run.name == "a" and run.created_at.year >= 1970, run
assert [each.name for each in code_runs_list.sync(client=client).items] == ["a"]
`
    )
    await run("python3", ["-m", "compileall", "-q", "api"])
    assert.strictEqual(await run("python3", ["main.py"]), "two\n")
  })
})

describe("a fuzzer", () => {
  it("finds no answer that the document lacks, and none that says that the server failed", async () => {
    const checks = [
      "not_a_server_error",
      "status_code_conformance",
      "content_type_conformance",
      "response_headers_conformance",
      "response_schema_conformance"
    ]
    // A followed log ends with its agent, and one that is not there yet is waited for.
    write("schemathesis.toml", "[parameters]\n\"query.follow\" = false\n")
    await run("schemathesis", [
      "run",
      "openapi.json",
      ...["--url", url, "--checks", checks.join(","), "--max-examples", "10", "--seed", "7"],
      // A stream of events has no end, and without a controller there is no plan (503).
      ...[
        "--exclude-path-regex",
        "/events$|/plan$",
        "--request-timeout",
        "45",
        "--phases",
        "examples,coverage,fuzzing"
      ],
      ...["--no-color", "--generation-database", "none", "--suppress-health-check", "all"]
    ])
  })
})
