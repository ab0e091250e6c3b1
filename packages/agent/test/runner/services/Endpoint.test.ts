import { NodeServices } from "@effect/platform-node"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { claude } from "../../../src/agents/claude/ClaudeCli.ts"
import { awaitEndpoint, brokered } from "../../../src/runner/services/Endpoint.ts"
import { removeFolder, tempFolder } from "../../fixtures/Remotes.ts"

const endpoint = { url: "http://127.0.0.1:4242", token: "fake-token-of-a-run" }

let folder: string
beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => removeFolder(folder))

describe("the environment with a broker", () => {
  it("has the broker for its model, and no other way to one", () =>
    assert.deepStrictEqual(
      brokered(
        {
          PATH: "/bin",
          AWS_REGION: "eu",
          ANTHROPIC_API_KEY: "sk-ant-fake",
          ANTHROPIC_AUTH_TOKEN: "fake",
          ANTHROPIC_BASE_URL: "https://elsewhere.test",
          ANTHROPIC_CUSTOM_HEADERS: "x: y",
          CLAUDE_CODE_OAUTH_TOKEN: "fake",
          CLAUDE_CODE_USE_BEDROCK: "1",
          GH_TOKEN: "fake"
        },
        endpoint,
        claude
      ),
      {
        PATH: "/bin",
        AWS_REGION: "eu",
        ANTHROPIC_API_KEY: endpoint.token,
        ANTHROPIC_BASE_URL: "http://127.0.0.1:4242/anthropic"
      }
    ))

  it("asks no proxy for it", () => {
    const { NO_PROXY, no_proxy } = brokered({ https_proxy: "http://proxy:1", NO_PROXY: "a.test" }, endpoint, claude)
    assert.deepStrictEqual([NO_PROXY, no_proxy], ["a.test,127.0.0.1,localhost", "a.test,127.0.0.1,localhost"])
  })
})

describe("waiting for the broker", () => {
  it.live("ends when it has written its file, and not when there is something else", () =>
    Effect.gen(function*() {
      const file = join(folder, "endpoint.json")
      writeFileSync(file, "{\"url\":")
      const waiting = yield* Effect.forkChild(awaitEndpoint(file, 60))
      writeFileSync(file, JSON.stringify(endpoint))
      assert.deepStrictEqual(yield* Fiber.join(waiting), endpoint)
    }).pipe(Effect.provide(NodeServices.layer)))

  it.live.each([
    { name: "a missing file", text: undefined, want: "is missing" },
    {
      name: "an address that is not on loopback",
      text: "{\"url\":\"http://evil.test:1\",\"token\":\"t\"}",
      want: "does not name a broker"
    }
  ])("ends with what is wrong: $name", ({ text, want }) =>
    Effect.gen(function*() {
      const file = join(folder, "endpoint.json")
      if (text !== undefined) writeFileSync(file, text)
      const { message, reason } = yield* Effect.flip(awaitEndpoint(file, 0.3))
      assert.strictEqual(reason, "SetupFailed")
      assert.include(message, want)
      assert.include(message, file)
    }).pipe(Effect.provide(NodeServices.layer)))
})
