/** When an agent is at its end: a result says that a turn is over, and several versions go on after it. */
import { assert, describe, it } from "@effect/vitest"
import { classify } from "../../../src/agents/claude/Classify.ts"
import { nothingSeen, type Observation, observe, overdue } from "../../../src/agents/claude/Observation.ts"
import { decodeEvent } from "../../../src/agents/claude/Stream.ts"
import { ProcessEnd } from "../../../src/agents/ProcessEnd.ts"

const bounds = { exit: 10, silence: 900 }
const model = "claude-x-1"
const init = { type: "system", subtype: "init", session_id: "s", model, permissionMode: "bypassPermissions" }
const says = (text: string, parent: string | null = null) => ({
  type: "assistant",
  message: { model, content: [{ type: "text", text }] },
  parent_tool_use_id: parent
})
const calls = (id: string, parent: string | null = null) => ({
  type: "assistant",
  message: { model, content: [{ type: "tool_use", id, name: "Bash", input: {} }] },
  parent_tool_use_id: parent
})
const answers = (id: string) => ({
  type: "user",
  message: { content: [{ type: "tool_result", tool_use_id: id }] },
  parent_tool_use_id: null
})
const result = (text: string, turns: number, more: object = {}) => ({
  type: "result",
  subtype: "success",
  is_error: false,
  num_turns: turns,
  result: text,
  ...more
})
const empty = result("", 0, { origin: { kind: "task-notification" }, total_cost_usd: 0, usage: {}, modelUsage: {} })
const begun = (task_id: string) => ({
  type: "system",
  subtype: "task_started",
  task_id,
  description: `sleep ${task_id}`
})
const over = (task_id: string) => ({ type: "system", subtype: "task_notification", task_id, status: "completed" })
const background = (...ids: ReadonlyArray<string>) => ({
  type: "system",
  subtype: "background_tasks_changed",
  tasks: ids.map((task_id) => ({ task_id, task_type: "local_bash", description: `sleep ${task_id}` }))
})
const spent = (tokens: number, cost: number, models?: number) => ({
  total_cost_usd: cost,
  usage: { input_tokens: tokens, output_tokens: tokens / 20 },
  ...(models === undefined ? {} : { modelUsage: { [model]: { inputTokens: models, outputTokens: models / 20 } } })
})

const after = (...events: ReadonlyArray<unknown>): Observation =>
  events.reduce<Observation>((seen, event) => {
    const decoded = decodeEvent(JSON.stringify(event))
    assert.isDefined(decoded)
    return decoded === undefined ? seen : observe(seen, decoded)
  }, nothingSeen)

const wait = { Silent: "for a quarter of an hour", NotExiting: "ten seconds" } as const

describe("an agent that has said nothing for a while", () => {
  it.each<{ name: string; given: ReadonlyArray<unknown>; at10: string | undefined; at900: string | undefined }>([
    { name: "is at work", given: [init, says("x")], at10: undefined, at900: "Silent" },
    { name: "runs a tool", given: [init, calls("t")], at10: undefined, at900: undefined },
    {
      name: "has given its result",
      given: [init, says("x"), result("Done.", 1)],
      at10: "NotExiting",
      at900: "NotExiting"
    },
    {
      name: "has given a result for a task that died with its predecessor",
      given: [over("b"), init, empty],
      at10: undefined,
      at900: "Silent"
    },
    {
      name: "has begun its turn after such a result",
      given: [over("b"), init, empty, init],
      at10: undefined,
      at900: "Silent"
    },
    {
      name: "runs a tool after such a result",
      given: [init, empty, init, calls("t")],
      at10: undefined,
      at900: undefined
    },
    {
      name: "has a task in the background after its result",
      given: [init, background("b"), begun("b"), says("x"), result("Wait.", 1)],
      at10: undefined,
      at900: "NotExiting"
    },
    {
      name: "has a task of an older version in the background after its result",
      given: [init, begun("b"), says("x"), result("Wait.", 1)],
      at10: undefined,
      at900: "NotExiting"
    },
    {
      name: "has a subagent at work after its result",
      given: [init, begun("a"), result("Wait.", 1), calls("t", "toolu_0")],
      at10: undefined,
      at900: undefined
    },
    {
      name: "has ended its task after its result",
      given: [init, begun("b"), says("x"), result("Wait.", 1), over("b")],
      at10: "NotExiting",
      at900: "NotExiting"
    },
    {
      name: "was woken after its result",
      given: [init, says("x"), result("Wait.", 1), { type: "command_lifecycle", state: "started" }, init],
      at10: undefined,
      at900: "Silent"
    },
    {
      name: "has failed",
      given: [init, result("API Error", 1, { is_error: true })],
      at10: "NotExiting",
      at900: "NotExiting"
    },
    {
      name: "finds no session",
      given: [{ type: "result", subtype: "error_during_execution", is_error: true, num_turns: 0, errors: ["No."] }],
      at10: "NotExiting",
      at900: "NotExiting"
    },
    { name: "has not begun", given: [], at10: undefined, at900: undefined }
  ])(`and $name is stopped after ${wait.NotExiting}: $at10, ${wait.Silent}: $at900`, ({ at10, at900, given }) => {
    const seen = after(...given)
    assert.strictEqual(overdue(seen, 9.9, bounds), undefined)
    assert.strictEqual(overdue(seen, 10, bounds), at10)
    assert.strictEqual(overdue(seen, 900, bounds), at900)
  })
})

describe("what an agent has used", () => {
  it.each<{ name: string; given: ReadonlyArray<unknown>; want: Observation["usage"] }>([
    {
      name: "is the sum of its results, where the cost is one already",
      given: [init, result("Wait.", 3, spent(3000, 0.01125)), init, says("x"), result("Done.", 1, spent(1000, 0.015))],
      want: { costUsd: 0.015, inputTokens: 4000, outputTokens: 200, turns: 4 }
    },
    {
      name: "has what an empty result costs: nothing",
      given: [init, empty, init, says("x"), result("Done.", 3, spent(3000, 0.01125, 3000))],
      want: { costUsd: 0.01125, inputTokens: 3000, outputTokens: 150, turns: 3 }
    },
    {
      name: "has what a subagent in the background used, which is no result's own",
      given: [
        init,
        says("x"),
        result("Wait.", 2, spent(2000, 0.01875, 5000)),
        result("Done.", 1, spent(1000, 0.01875, 5000))
      ],
      want: { costUsd: 0.01875, inputTokens: 5000, outputTokens: 250, turns: 3 }
    },
    {
      name: "is not less for an empty result at its end",
      given: [init, says("x"), result("Done.", 3, spent(3000, 0.5, 3000)), init, empty],
      want: { costUsd: 0.5, inputTokens: 3000, outputTokens: 150, turns: 3 }
    }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(after(...given).usage, want))
})

const finished = (message: string, forced?: string) =>
  ProcessEnd.Finished({ message, ...(forced === undefined ? {} : { forced }) })
const missing = ", and what it meant to do later is missing."
const forced = "The agent was stopped by the runner: after its last answer it did not exit"

describe("an agent that has ended", () => {
  it.each<{ name: string; given: ReadonlyArray<unknown>; end?: Partial<Observation>; want: ProcessEnd }>([
    {
      name: "with a second result is judged by that",
      given: [init, says("x"), result("Wait.", 2), init, says("y"), result("All done.", 2)],
      want: finished("All done.")
    },
    {
      name: "with an empty result after its own is judged by its own",
      given: [init, says("x"), result("Done.", 2), init, empty],
      want: finished("Done.")
    },
    {
      name: "with an empty result after its failure has failed",
      given: [init, says("x"), result("Overloaded", 2, { is_error: true, api_error_status: 529 }), init, empty],
      want: ProcessEnd.UpstreamDown({ message: "Overloaded" })
    },
    {
      name: "in the middle of the turn after an empty result is lost, and goes on",
      given: [init, empty, init, calls("t")],
      end: { exitCode: 137 },
      want: ProcessEnd.Lost({ message: "the agent was killed (exit 137; out of memory?)" })
    },
    {
      name: "in the middle of a turn after its result is lost, whatever that said",
      given: [init, says("x"), result("Wait.", 2), init, calls("t"), answers("t")],
      end: { exitCode: 1 },
      want: ProcessEnd.Lost({ message: "the agent ended without a result (exit 1)" })
    },
    {
      name: "while its subagent was at work has finished all the same",
      given: [init, begun("a"), says("x"), result("Done.", 2), says("sub", "toolu_0")],
      want: finished("Done.")
    },
    {
      name: "with nothing but an empty result was not run",
      given: [init, empty],
      want: ProcessEnd.Failed({ reason: "AgentError", message: "the prompt was not run: no words" })
    },
    {
      name: "because it did not exit says so first",
      given: [init, says("x"), result("I wait for the build.", 2)],
      end: { stopped: "NotExiting", exitCode: 137 },
      want: finished(`${forced}${missing} I wait for the build.`, `${forced}${missing}`)
    },
    {
      name: "because what it had started did not, says what that was",
      given: [init, begun("300"), says("x"), result("Done.", 2)],
      end: { stopped: "NotExiting", exitCode: 137 },
      want: finished(
        `${forced} (still running: sleep 300)${missing} Done.`,
        `${forced} (still running: sleep 300)${missing}`
      )
    },
    {
      name: "because it did not exit after its last money says so too",
      given: [
        init,
        says("x"),
        { ...result("", 2), subtype: "error_max_budget_usd", is_error: true, errors: ["$1"], stop_reason: "end_turn" }
      ],
      end: { stopped: "NotExiting", exitCode: 137 },
      want: ProcessEnd.OverBudget({ message: `${forced}${missing} $1`, complete: true, forced: `${forced}${missing}` })
    }
  ])("$name", ({ end, given, want }) => {
    assert.deepStrictEqual(classify({ ...after(...given), exitCode: 0, ...end }), want)
  })
})
