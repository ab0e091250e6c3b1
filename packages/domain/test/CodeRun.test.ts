import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { CodeRun, CodeRunSpec, CodeRunStatus } from "../src/CodeRun.ts"
import { decoder } from "../src/Decode.ts"
import { codeSpec } from "./fixtures/Runs.ts"

const decode = decoder(CodeRunSpec)
const reports = (changes: Readonly<Record<string, unknown>>) =>
  Result.match(decode(codeSpec(changes), { at: "spec" }), { onSuccess: () => [], onFailure: (problems) => problems })

describe("a CodeRun's spec", () => {
  it("as old installations write it decodes, with the seed's defaults and nothing invented", () => {
    assert.deepStrictEqual(
      { ...Result.getOrThrow(decode(codeSpec())) },
      {
        ...codeSpec(),
        docsBranch: "main",
        contextVersion: 1,
        continueSession: false,
        overwriteMemory: false,
        cancel: false
      }
    )
  })

  it.each<{ name: string; changes: Readonly<Record<string, unknown>> }>([
    { name: "task 0", changes: { taskId: 0 } },
    { name: "a large task id", changes: { taskId: 4_294_967_295 } },
    { name: "a working directory of the repository itself", changes: { workingDirectory: "." } },
    { name: "an empty working directory, for the service's", changes: { workingDirectory: "" } },
    { name: "a deep working directory", changes: { workingDirectory: "services/api/" } },
    { name: "a branch with a slash", changes: { docsBranch: "feature/docs" } },
    { name: "a project directory", changes: { docsProjectDirectory: "_projects/simple-api" } },
    { name: "no tools", changes: { localTools: "", remoteTools: "" } },
    { name: "some tools", changes: { localTools: "filesystem, git", remoteTools: "brave-search,rustdocs_query" } },
    { name: "env", changes: { env: { RUST_LOG: "debug", EMPTY: "", MULTI: "a\nb" } } },
    { name: "env of Secrets", changes: { envFromSecrets: [{ name: "DB_URL", secretName: "db", secretKey: "url" }] } },
    { name: "a prompt of several lines", changes: { promptModification: "Do this:\n\t- `x` \u2028 $(y) {{z}}" } },
    { name: "an alias of a model", changes: { model: "opus[1m]" } },
    { name: "a model of another provider", changes: { model: "us.anthropic.claude-sonnet-4-20250514-v1:0" } },
    { name: "a service in capitals", changes: { service: "Simple_API" } },
    { name: "a user of an app", changes: { githubUser: "renovate[bot]" } },
    { name: "a field of a later version", changes: { fromTheFuture: { deep: [1] } } },
    { name: "limits", changes: { timeoutSeconds: 60, maxCostUsd: 0.01, maxTurns: 1 } },
    { name: "dependencies", changes: { dependsOn: ["code-1", "code-2.b"] } },
    { name: "cancel", changes: { cancel: true } }
  ])("accepts $name", ({ changes }) => assert.deepStrictEqual(reports(changes), []))

  it.each<{ changes: Readonly<Record<string, unknown>>; path: string; found: string }>([
    { changes: { taskId: "3" }, path: "spec.taskId", found: "string \"3\"" },
    { changes: { taskId: -1 }, path: "spec.taskId", found: "number -1" },
    { changes: { taskId: 1.5 }, path: "spec.taskId", found: "number 1.5" },
    { changes: { service: "" }, path: "spec.service", found: "string \"\"" },
    { changes: { service: "  " }, path: "spec.service", found: "string \"  \"" },
    { changes: { service: "../other" }, path: "spec.service", found: "string \"../other\"" },
    { changes: { repositoryUrl: "ext::sh -c id" }, path: "spec.repositoryUrl", found: "string \"ext::sh -c id\"" },
    { changes: { docsRepositoryUrl: 7 }, path: "spec.docsRepositoryUrl", found: "number 7" },
    { changes: { docsBranch: null }, path: "spec.docsBranch", found: "null" },
    { changes: { docsBranch: "a..b" }, path: "spec.docsBranch", found: "string \"a..b\"" },
    { changes: { docsProjectDirectory: "/etc" }, path: "spec.docsProjectDirectory", found: "string \"/etc\"" },
    { changes: { workingDirectory: "a/../../b" }, path: "spec.workingDirectory", found: "string \"a/../../b\"" },
    { changes: { model: "claude; id" }, path: "spec.model", found: "string \"claude; id\"" },
    { changes: { contextVersion: 0 }, path: "spec.contextVersion", found: "number 0" },
    { changes: { continueSession: "yes" }, path: "spec.continueSession", found: "string \"yes\"" },
    { changes: { overwriteMemory: 1 }, path: "spec.overwriteMemory", found: "number 1" },
    { changes: { cancel: "true" }, path: "spec.cancel", found: "string \"true\"" },
    { changes: { promptModification: "a\0b" }, path: "spec.promptModification", found: "string \"a\\u0000b\"" },
    { changes: { env: { A: 1 } }, path: "spec.env.A", found: "number 1" },
    { changes: { env: { PATH: "/x" } }, path: "spec.env.PATH", found: "a text" },
    {
      changes: { envFromSecrets: [{ name: "A", secretName: "s" }] },
      path: "spec.envFromSecrets[0].secretKey",
      found: "nothing"
    },
    { changes: { envFromSecrets: {} }, path: "spec.envFromSecrets", found: "an object" },
    { changes: { dependsOn: ["Bad Name"] }, path: "spec.dependsOn[0]", found: "string \"Bad Name\"" },
    { changes: { timeoutSeconds: 59 }, path: "spec.timeoutSeconds", found: "number 59" },
    { changes: { maxCostUsd: 0 }, path: "spec.maxCostUsd", found: "number 0" },
    { changes: { maxTurns: 0 }, path: "spec.maxTurns", found: "number 0" }
  ])("refuses $changes", ({ changes, found, path }) => {
    const [first, ...others] = reports(changes)
    assert.deepStrictEqual({ path: first?.path, found: first?.found }, { path, found })
    assert.isTrue(others.every((other) => other.path === path))
    assert.match(first?.expected ?? "", /\S/)
  })

  it("names every field that is missing", () => {
    const missing = Result.match(decode({}, { at: "spec" }), { onSuccess: () => [], onFailure: (problems) => problems })
    assert.deepStrictEqual(missing.map(({ path }) => path), Object.keys(codeSpec()).map((name) => `spec.${name}`))
    assert.isTrue(missing.every(({ expected, found }) => expected === "a value" && found === "nothing"))
  })

  it("names every variable that may not be set", () => {
    assert.deepStrictEqual(
      reports({ env: { LD_PRELOAD: "x", FINE: "y", GIT_SSH: "z" } }).map(({ path }) => path),
      ["spec.env.LD_PRELOAD", "spec.env.GIT_SSH"]
    )
  })

  it("does not repeat a credential that it refuses", () => {
    const [problem] = reports({ repositoryUrl: "https://ada:fake-token-1@github.com/acme/api" })
    assert.strictEqual(problem?.path, "spec.repositoryUrl")
    assert.notInclude(problem?.found, "fake-token-1")
  })
})

describe("a CodeRun", () => {
  const run = {
    apiVersion: "orchestrator.platform/v1",
    kind: "CodeRun",
    metadata: { name: "task-3" },
    spec: codeSpec()
  }
  const decodeRun = decoder(CodeRun)

  it("decodes with whatever else the API server puts into its metadata", () => {
    const { metadata, status } = Result.getOrThrow(decodeRun({
      ...run,
      metadata: { name: "task-3", uid: "u", managedFields: [{ manager: "kubectl" }], selfLink: "/x" }
    }))
    assert.deepStrictEqual(metadata, { name: "task-3", uid: "u" })
    assert.isUndefined(status)
  })

  it.each([
    { change: { apiVersion: "orchestrator.platform/v2" }, path: "apiVersion" },
    { change: { kind: "DocsRun" }, path: "kind" },
    { change: { metadata: {} }, path: "metadata.name" },
    { change: { spec: codeSpec({ service: 3 }) }, path: "spec.service" },
    { change: { status: { retryCount: "2" } }, path: "status.retryCount" }
  ])("refuses $change", ({ change, path }) => {
    const problems = Result.match(decodeRun({ ...run, ...change }), {
      onSuccess: () => [],
      onFailure: (found) => found
    })
    assert.deepStrictEqual(problems.map((problem) => problem.path), [path])
  })

  it("keeps a status that an older controller wrote", () => {
    const status = {
      phase: "Running",
      message: "Code implementation in progress",
      lastUpdate: "2025-07-24T03:11:12Z",
      jobName: "code-task-3",
      retryCount: 0,
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: "2025-07-24T03:11:12Z" }],
      configmapName: "code-task-3-files",
      contextVersion: 1,
      promptMode: "direct",
      sessionId: "1f6e"
    }
    const decoded: unknown = { ...Result.getOrThrow(decoder(CodeRunStatus)(status)) }
    assert.deepStrictEqual(decoded, status)
  })
})
