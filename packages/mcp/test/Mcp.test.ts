import { assert, describe, it } from "@effect/vitest"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { Server } from "@orchestrator/http/server/Server"
import { Effect, Fiber } from "effect"
import { fileURLToPath } from "node:url"
import { call, overHttp, sdkClient, serverWith, setStatus } from "./fixtures/TestServer.ts"

const bin = fileURLToPath(new URL("../../cli/src/bin.ts", import.meta.url))

const overStdio = Effect.gen(function*() {
  const { url } = yield* Server
  return yield* sdkClient(
    new StdioClientTransport({
      command: process.execPath,
      args: [bin, "mcp", "--server", url],
      stderr: "inherit"
    })
  )
})

const spec = {
  service: "payments",
  prompt: "Answer requests for unknown orders with 404",
  repositoryUrl: "https://github.com/example/payments",
  githubUser: "octocat"
}

const reading = [
  "get_run",
  "list_models",
  "list_runs",
  "list_services",
  "list_workspaces",
  "plan_code_run",
  "plan_docs_run",
  "plan_run",
  "read_log",
  "read_transcript",
  "wait_for_run"
]
const destroying = ["cancel_run", "delete_run", "delete_workspace"]

describe.each([{ name: "streamable HTTP", connected: overHttp() }, {
  name: "standard input and output",
  connected: overStdio
}])(
  "the MCP server over $name",
  ({ connected }) => {
    it.live("describes its tools to a model, and says which only read and which destroy", () =>
      Effect.gen(function*() {
        const client = yield* connected
        assert.strictEqual(client.getServerVersion()?.name, "orchestrator")
        assert.match(client.getInstructions() ?? "", /submit_code_run/)
        const { tools } = yield* Effect.promise(() => client.listTools())
        for (const { annotations, description, inputSchema, name, outputSchema } of tools) {
          assert.isAbove((description ?? "").length, 40, name)
          assert.isAbove((annotations?.title ?? "").length, 5, name)
          assert.strictEqual(annotations?.readOnlyHint, reading.includes(name), name)
          assert.strictEqual(annotations?.destructiveHint, destroying.includes(name), name)
          assert.strictEqual(annotations?.openWorldHint, false, name)
          assert.strictEqual(inputSchema.type, "object", name)
          assert.strictEqual(outputSchema?.type, "object", name)
        }
        assert.includeMembers(tools.map(({ name }) => name), [
          ...reading,
          ...destroying,
          "submit_code_run",
          "retry_run"
        ])
      }).pipe(Effect.scoped, Effect.provide(serverWith())))

    it.live("hands a task over, waits for it, reads, retries, cancels and deletes it", () =>
      Effect.gen(function*() {
        const client = yield* connected
        const run = { kind: "CodeRun", name: "a" }
        const submitted = yield* call(client, "submit_code_run", { name: "a", spec, idempotencyKey: "once" })
        assert.deepInclude(submitted.structuredContent, { ...run, phase: "Pending" })
        assert.match(submitted.content[0]?.text ?? "", /CodeRun a is Pending/)
        const again = yield* call(client, "submit_code_run", { name: "a", spec, idempotencyKey: "once" })
        assert.isUndefined(again.isError === true ? again : undefined)
        const impatient = yield* call(client, "wait_for_run", { ...run, timeoutSeconds: 1 })
        assert.deepInclude(impatient.structuredContent, { finished: false })
        const waiting = yield* Effect.forkChild(call(client, "wait_for_run", run))
        yield* Effect.sleep("200 millis")
        yield* setStatus("a", { phase: "Failed", reason: "AgentError", message: "Tests fail", contextVersion: 1 })
        assert.deepInclude((yield* Fiber.join(waiting)).structuredContent, { finished: true, reason: "AgentError" })
        const { structuredContent } = yield* call(client, "list_runs", { phase: "Failed" })
        assert.lengthOf(Object(structuredContent).runs, 1)
        const { contents } = yield* Effect.promise(() => client.readResource({ uri: "orchestrator://runs/CodeRun/a" }))
        assert.strictEqual(JSON.parse(Object(contents[0]).text).spec.prompt, spec.prompt)
        const workspaces = yield* call(client, "list_workspaces", {})
        assert.deepStrictEqual(workspaces.structuredContent, {
          summary: "0 workspaces, 0 of them in use",
          workspaces: []
        })
        const gone = yield* call(client, "delete_workspace", { name: "workspace-nothing" })
        assert.deepInclude(gone, { isError: true })
        const services = yield* call(client, "list_services", {})
        assert.deepInclude(Object(services.structuredContent).services[0], { name: "payments", costUsd: 0 })
        const models = yield* call(client, "list_models", {})
        assert.deepInclude(Object(models.structuredContent).models[0].runs, { total: 1, Failed: 1 })
        yield* call(client, "retry_run", { ...run, promptModification: "Mind the tests" })
        const suspended = yield* call(client, "suspend_run", run)
        assert.notStrictEqual(suspended.isError, true)
        assert.notStrictEqual((yield* call(client, "resume_run", run)).isError, true)
        yield* call(client, "cancel_run", run)
        const deleted = yield* call(client, "delete_run", run)
        assert.match(deleted.content[0]?.text ?? "", /deleted/)
      }).pipe(Effect.scoped, Effect.provide(serverWith())))

    it.live("answers what cannot be done as a tool's error, with the next step", () =>
      Effect.gen(function*() {
        const client = yield* connected
        const missing = yield* call(client, "get_run", { kind: "CodeRun", name: "nothing" })
        assert.strictEqual(missing.isError, true)
        assert.match(missing.content[0]?.text ?? "", /nothing.+\. .+/s)
        const unplanned = yield* call(client, "plan_code_run", { spec })
        assert.strictEqual(unplanned.isError, true)
        assert.match(unplanned.content[0]?.text ?? "", /^No controller runs .+\. ./)
        const refused = yield* call(client, "submit_code_run", {
          name: "a",
          spec: { ...spec, githubUser: 7 }
        })
          .pipe(Effect.catchDefect((defect) => Effect.succeed({ isError: true, content: [{ text: String(defect) }] })))
        assert.strictEqual(refused.isError, true, JSON.stringify(refused))
        assert.match(refused.content[0]?.text ?? "", /githubUser/)
      }).pipe(Effect.scoped, Effect.provide(serverWith())))

    it.live("has the prompts and templates, and completes names of runs", () =>
      Effect.gen(function*() {
        const client = yield* connected
        const { prompts } = yield* Effect.promise(() => client.listPrompts())
        assert.deepStrictEqual(prompts.map(({ title }) => title), ["Hand over a task", "Why did it fail?"])
        const { messages } = yield* Effect.promise(() =>
          client.getPrompt({ name: "why-did-it-fail", arguments: { kind: "CodeRun", name: "a" } })
        )
        assert.match(Object(messages[0]?.content).text, /get_run/)
        yield* call(client, "submit_code_run", { name: "alpha", spec })
        const { resourceTemplates } = yield* Effect.promise(() => client.listResourceTemplates())
        assert.deepStrictEqual(resourceTemplates.map(({ uriTemplate }) => uriTemplate), [
          "orchestrator://runs/{kind}/{name}",
          "orchestrator://runs/{kind}/{name}/transcript"
        ])
        const { completion } = yield* Effect.promise(() =>
          client.complete({
            ref: { type: "ref/resource", uri: "orchestrator://runs/{kind}/{name}" },
            argument: { name: "name", value: "al" },
            context: { arguments: { kind: "CodeRun" } }
          })
        )
        assert.deepStrictEqual(completion.values, ["alpha"])
      }).pipe(Effect.scoped, Effect.provide(serverWith())))
  }
)
