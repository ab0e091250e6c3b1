/**
 * The conversation of an agent, in terms that fit any agent: one event per line of `transcript.jsonl`, and of the HTTP answer. It is the
 * agent's side of the story: whoever is in the agent's container can say anything here. Bounded, printable, without known secrets.
 */
import { Schema } from "effect"
import { Time } from "./Reported.ts"
import { Usage } from "./Usage.ts"

/** UTF-16 units of one text; what is longer is cut, and `omitted` says how much of it. */
export const longestText = 32_768

const bounded = (description: string) => Schema.String.check(Schema.isMaxLength(longestText)).annotate({ description })
const name = (description: string) => Schema.String.check(Schema.isMaxLength(200)).annotate({ description })

const common = {
  at: Time.annotate({ description: "RFC 3339 time at which the runner saw it" }),
  parent: Schema.optionalKey(
    name("Of a subagent: `id` of the tool call that it works for; absent for the agent itself")
  )
}

const omitted = Schema.optionalKey(
  Schema.Int.check(Schema.isGreaterThan(0)).annotate({ description: "Characters left out at the end" })
)

const TranscriptSession = Schema.Struct({
  type: Schema.Literal("session").annotate({ description: "A process of the agent has begun" }),
  ...common,
  sessionId: name("The agent's session; the same again where it was resumed"),
  model: name("Model that the agent works with"),
  tools: Schema.Array(name("Name of a tool")).annotate({ description: "Tools at hand" })
}).annotate({ identifier: "TranscriptSession", description: "A process of the agent has begun" })

const TranscriptMessage = Schema.Struct({
  type: Schema.Literal("message").annotate({ description: "Something was said" }),
  ...common,
  role: Schema.Literals(["user", "assistant"]).annotate({
    description: "`user`: what the agent was told, by the run's prompt at first; `assistant`: what it says"
  }),
  text: bounded("What was said"),
  omitted
}).annotate({ identifier: "TranscriptMessage", description: "Something that was said" })

const TranscriptReasoning = Schema.Struct({
  type: Schema.Literal("reasoning").annotate({ description: "What the model thought before it went on" }),
  ...common,
  text: bounded("As far as the model's API shows it"),
  omitted
}).annotate({ identifier: "TranscriptReasoning", description: "What the model thought" })

const TranscriptToolCall = Schema.Struct({
  type: Schema.Literal("toolCall").annotate({ description: "The agent uses a tool" }),
  ...common,
  id: name("Of this call; its result has the same"),
  name: name("The tool, by the agent's name for it"),
  input: Schema.Json.annotate({ description: "What the tool was given; a text where it was too long for its JSON" }),
  omitted
}).annotate({ identifier: "TranscriptToolCall", description: "A call of a tool" })

const TranscriptToolResult = Schema.Struct({
  type: Schema.Literal("toolResult").annotate({ description: "What a tool answered" }),
  ...common,
  id: name("Of the call"),
  error: Schema.Boolean.annotate({ description: "Whether the tool failed" }),
  text: bounded("What it answered, as far as it is text"),
  omitted
}).annotate({ identifier: "TranscriptToolResult", description: "A tool's answer" })

const TranscriptNotice = Schema.Struct({
  type: Schema.Literal("notice").annotate({ description: "Something about the conversation itself" }),
  ...common,
  text: bounded("Such as a failure of the model's API, or what was left out")
}).annotate({ identifier: "TranscriptNotice", description: "A remark that nobody said" })

const TranscriptResult = Schema.Struct({
  type: Schema.Literal("result").annotate({ description: "The agent has ended its turn" }),
  ...common,
  error: Schema.Boolean.annotate({ description: "Whether it ended by a failure" }),
  text: bounded("Its last words"),
  omitted,
  usage: Schema.optionalKey(
    Usage.annotate({ description: "What this process of the agent has used so far, by its own count" })
  )
}).annotate({ identifier: "TranscriptResult", description: "The end of a turn" })

export const TranscriptEvent = Schema.Union([
  TranscriptSession,
  TranscriptMessage,
  TranscriptReasoning,
  TranscriptToolCall,
  TranscriptToolResult,
  TranscriptNotice,
  TranscriptResult
]).annotate({ identifier: "TranscriptEvent", description: "One event of a conversation" })
export type TranscriptEvent = typeof TranscriptEvent.Type

/** An event before it is known when it was seen. */
export type TranscriptContent = TranscriptEvent extends infer Event ? Event extends unknown ? Omit<Event, "at"> : never
  : never
