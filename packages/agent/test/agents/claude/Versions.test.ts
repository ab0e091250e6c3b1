/** Claude Code in the versions that an image may have. The words are what those versions print. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { classify } from "../../../src/agents/claude/Classify.ts"
import { nothingSeen } from "../../../src/agents/claude/Observation.ts"
import { claudeVersion } from "../../../src/agents/claude/Version.ts"
import { ProcessEnd } from "../../../src/agents/ProcessEnd.ts"
import { parseVersion, versionProblem } from "../../../src/agents/Version.ts"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { headOf, removeFolder } from "../../fixtures/Remotes.ts"
import { codeRun, execute, type Surroundings, surroundings } from "../../fixtures/Run.ts"

describe("a version", () => {
  it.each([
    { words: "2.1.332 (Claude Code)\n", want: undefined },
    { words: "2.0.60 (Claude Code)", want: undefined },
    { words: "10.0.0 (Claude Code)", want: undefined },
    { words: "2.0.59 (Claude Code)", want: "2.0.59" },
    { words: "1.0.56 (Claude Code)", want: "1.0.56" },
    { words: "1.99.99", want: "1.99.99" },
    { words: "0.2.9-beta", want: "0.2.9" },
    { words: "", want: undefined },
    { words: "claude: command not found", want: undefined },
    { words: "{\"type\":\"system\",\"subtype\":\"init\"}", want: undefined },
    { words: "1.0.5.6", want: undefined }
  ])("as $words is too old: $want", ({ want, words }) => {
    const problem = versionProblem(claudeVersion, parseVersion(words))
    if (want === undefined) assert.isUndefined(problem)
    else {
      assert.strictEqual(
        problem,
        `the agent's image has Claude Code ${want}; at least 2.0.60 is needed: set agent.image.tag`
      )
    }
  })
})

describe("an image whose agent", () => {
  let around: Surroundings
  afterEach(() => removeFolder(around.folder))
  const run = (version: string) => {
    around = surroundings()
    const agent = fakeClaude(join(around.folder, "agent"), "keep; init; say x; echo x > x.txt; done_\n", version)
    return execute(codeRun(around, {}, agent))
  }

  it.live("is too old ends before anything is asked of it, and says which one is needed", () =>
    Effect.gen(function*() {
      const { result } = yield* run("1.0.56 (Claude Code)")
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, "has Claude Code 1.0.56; at least 2.0.60 is needed: set agent.image.tag")
      assert.isFalse(existsSync(join(around.folder, "agent", "prompt.1")))
      assert.isUndefined(headOf(around.remotes.target, "feature/task-1-implementation"))
    }))

  it.live("does not say its version is tried", () =>
    Effect.gen(function*() {
      const { log, result } = yield* run("something else")
      assert.strictEqual(result.outcome, "Completed")
      assert.isTrue(log.some((line) => line.includes("did not print its version")))
    }))
})

const json = (status: number, type: string, message: string) =>
  `API Error: ${status} {"type":"error","error":{"type":"${type}","message":"${message}"}}`

describe("an older version, which gives no status,", () => {
  it.each([
    { says: "5-hour limit reached · resets 12:58am (UTC)", want: "Limited" },
    { says: "5-hour limit reached ∙ resets 3pm", want: "Limited" },
    { says: "Weekly limit reached · resets Dec 2, 12:58am (UTC)", want: "Limited" },
    { says: "Opus weekly limit reached ∙ resets Oct 9, 5pm", want: "Limited" },
    { says: "Claude AI usage limit reached|1795910000", want: "Limited", resetAt: 1_795_910_000 },
    { says: "You've hit your limit · resets 9pm (UTC)", want: "Limited" },
    { says: "You've hit your session limit · resets 9:11pm (UTC)", want: "Limited" },
    { says: "You've hit your 5-hour limit · resets 12:59am (UTC)", want: "Limited" },
    { says: "You've hit your monthly spend limit", want: "Limited" },
    { says: "API Error: Rate limit reached", want: "Limited" },
    { says: "API Error: Request rejected (429) · This request would exceed your rate limit", want: "Limited" },
    { says: json(429, "rate_limit_error", "This request would exceed your rate limit"), want: "Limited" },
    { says: json(529, "overloaded_error", "Overloaded"), want: "UpstreamDown" },
    { says: json(500, "api_error", "Internal server error"), want: "UpstreamDown" },
    { says: "API Error: Connection error.", want: "UpstreamDown" },
    { says: `${json(403, "permission_error", "no")} · Please run /login`, want: "SetupFailed" },
    { says: "Invalid API key · Fix external API key", want: "SetupFailed" },
    { says: "Credit balance is too low", want: "SetupFailed" },
    { says: json(404, "not_found_error", "model: claude-x"), want: "InvalidSpec" },
    { says: json(400, "invalid_request_error", "messages: at least one"), want: "AgentError" },
    { says: "Context limit reached", want: "AgentError" },
    { says: "The test says: limit reachedness is 5", want: "AgentError" }
  ])("means by `$says`: $want", ({ resetAt, says, want }) => {
    const processEnd = classify({
      ...nothingSeen,
      init: { type: "system", subtype: "init", session_id: "s", model: "m", permissionMode: "bypassPermissions" },
      answered: true,
      exitCode: 1,
      result: { type: "result", subtype: "success", is_error: true, num_turns: 1, result: says }
    })
    assert.strictEqual(processEnd._tag === "Failed" ? processEnd.reason : processEnd._tag, want)
    if (want === "Limited") assert.deepStrictEqual(processEnd, ProcessEnd.Limited({ message: says, resetAt }))
  })
})
