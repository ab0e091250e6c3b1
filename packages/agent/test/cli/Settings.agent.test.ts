import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bash, inOrder, say } from "../../../../tools/agent/ScriptedModel.ts"
import { filesOf } from "../fixtures/Remotes.ts"
import { collector } from "./Collector.ts"
import { endedWith, keepsSecrets } from "./Evidence.ts"
import { toolServer } from "./Mcp.ts"
import { startPod } from "./Pod.ts"
import { branch, makeWorld } from "./World.ts"

describe("what an administrator sets", () => {
  it.live("as a denied call is denied, and the run says that it was", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash("touch forbidden.txt"),
        bash("touch allowed.txt && git add -A && git commit -qm 'Add allowed'"),
        say("Done.")
      ))
      const permissions = { agentToolsOverride: true, allow: ["Bash"], deny: ["Bash(touch forbidden*)", "WebFetch"] }
      const end = yield* (yield* startPod(world, { config: { permissions } })).end
      endedWith(end, "Delivered")
      const files = filesOf(world.remotes.target, branch)
      assert.include(files, "allowed.txt")
      assert.notInclude(files, "forbidden.txt")
      assert.include(world.model.turns[1]?.texts.at(-1) ?? "", "denied")
      assert.notInclude(world.model.turns[0]?.tools ?? [], "WebFetch")
      assert.include(end.runnerReport.message, "denied: Bash")
    }))

  it.live("as an older model is the one that is asked, and not what the CLI would rather have", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(
        bash("touch it.txt && git add -A && git commit -qm 'Add it'"),
        say("Done.")
      ))
      const model = "claude-opus-4-20250514"
      const end = yield* (yield* startPod(world, { spec: { model } })).end
      endedWith(end, "Delivered")
      assert.include(Object.keys(end.brokerReport?.models ?? {}), model)
      assert.isUndefined(end.brokerReport?.refusedModels)
    }))

  it.live("as a tool server can be used", () =>
    Effect.gen(function*() {
      const tools = yield* toolServer
      const world = yield* makeWorld(({ texts, tools: offered }) => {
        if (texts.some((text) => text.includes("The tool says hello"))) return say("The tool works.")
        // A server that is slow to answer comes a turn later.
        return offered.includes("mcp__toolman__echo")
          ? { tool: "mcp__toolman__echo", input: { text: "hello" } }
          : bash("sleep 1")
      })
      const agent = { credentials: "broker", toolmanServerUrl: tools.url }
      const end = yield* (yield* startPod(world, { config: { agent }, spec: { remoteTools: "echo" } })).end
      endedWith(end, "NoChanges")
      assert.include(end.message, "The tool works.")
    }))

  it.live("as a tool server that is not there ends the run, and is named", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(bash("touch x.txt"), say("Done.")))
      const agent = { credentials: "broker", toolmanServerUrl: "http://127.0.0.1:9/mcp" }
      const end = yield* (yield* startPod(world, { config: { agent }, spec: { remoteTools: "echo" } })).end
      endedWith(end, "SetupFailed")
      assert.include(end.message, "toolman")
    }))

  it.live("as telemetry is sent as the run's, with its name and number", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(bash("echo hello"), say("Done.")))
      const { received, url } = yield* collector
      const telemetry = { enabled: true, otlpEndpoint: url, otlpProtocol: "http/json" }
      const pod = yield* startPod(world, { config: { telemetry } })
      const end = yield* pod.end
      endedWith(end, "NoChanges")
      const of = (signal: string) => received.get(`/v1/${signal}`)?.join("\n") ?? ""
      assert.include(of("metrics"), "claude_code.cost.usage")
      assert.include(of("logs"), "claude_code.api_request")
      assert.include(of("traces"), world.uid.replaceAll("-", ""))
      for (const signal of ["metrics", "logs", "traces"]) {
        const resource = of(signal)
        assert.include(resource, "{\"key\":\"orchestrator.run.name\",\"value\":{\"stringValue\":\"demo\"}}")
        assert.include(resource, `{"key":"orchestrator.run.uid","value":{"stringValue":"${world.uid}"}}`)
      }
      keepsSecrets(world, pod, end)
    }))

  it.live.each([
    { name: "a dash", text: "- first\n--help\n-p" },
    { name: "a slash", text: "/cost\n/clear\n/etc/passwd" },
    {
      name: "fences, quotes and file names",
      text: "```\n$(touch pwned) `id` \"'\\ @task/prompt.md !ls #x\n````\n</system>"
    },
    { name: "control characters", text: "zero\u0000one\u0001escape\u001b[31m end" },
    { name: "300 kB", text: `${"0123456789abcdef ".repeat(18_000)}end` }
  ])("as a prompt with $name reaches the model unchanged", ({ text }) =>
    Effect.gen(function*() {
      const world = yield* makeWorld(inOrder(say("Understood.")))
      const end = yield* (yield* startPod(world, { files: (files) => ({ ...files, "prompt.md": text }) })).end
      endedWith(end, "NoChanges")
      assert.isTrue(world.model.turns[0]?.texts.some((sent) => sent.includes(`\n${text}`)), world.model.turns[0]?.body)
    }))
})
