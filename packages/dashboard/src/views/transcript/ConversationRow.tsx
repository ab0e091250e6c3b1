/** One row of a conversation, whatever kind of event it is. */
import { type JSX, Match, Show, Switch } from "solid-js"
import { millisOf } from "../../show/Ages.ts"
import type { EventOf, Row } from "../../show/transcript/Conversation.ts"
import { oneLine } from "../../show/transcript/ToolWords.ts"
import { usageWords } from "../../show/transcript/UsageWords.ts"
import { Badge } from "../../widgets/Badge.tsx"
import { LongText } from "../../widgets/LongText.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import { Fold, Omitted } from "./Fold.tsx"
import { LineLink } from "./LineLink.tsx"
import { ToolRow } from "./ToolRow.tsx"

export interface RowProps {
  readonly row: Row
  readonly finder: RegExp | undefined
  readonly isOpen: boolean
  readonly onFold: () => void
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23"
})
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" })

const At = (props: { readonly at: string }): JSX.Element => {
  const at = () => millisOf(props.at) ?? 0
  return <time class="faint number" dateTime={props.at} title={whole.format(at())}>{clock.format(at())}</time>
}

const deepest = 4

export const ConversationRow = (props: RowProps): JSX.Element => {
  const event = () => props.row.event
  const as = <Type extends Row["event"]["type"]>(type: Type) => {
    const found = event()
    return found.type === type ? found as EventOf<Type> : undefined
  }
  const name = () => `${props.row.line}`
  return (
    <div class={`said ${event().type} deep-${Math.min(props.row.depth, deepest)}`}>
      <div class="said-place">
        <LineLink line={props.row.line} title={event().at} />
        <At at={event().at} />
      </div>
      <div class="said-what">
        <Show when={props.row.depth > 0}>
          <span class="said-who faint">Subagent</span>
        </Show>
        <Switch>
          <Match when={as("session")}>
            {(session) => (
              <p class="faint">
                A session began with <VisibleText text={session().model} finder={props.finder} /> and{" "}
                {session().tools.length} tools, <VisibleText text={session().sessionId} finder={props.finder} />
              </p>
            )}
          </Match>
          <Match when={as("message")}>
            {(message) => (
              <>
                <span class="said-who">{message().role === "user" ? "Told" : "Says"}</span>
                <LongText name={name()} text={message().text} finder={props.finder} />
                <Omitted count={message().omitted} />
              </>
            )}
          </Match>
          <Match when={as("reasoning")}>
            {(reasoning) => (
              <Fold
                isOpen={props.isOpen}
                onFold={props.onFold}
                head={
                  <>
                    <span class="said-who">Thinks</span>
                    <span class="said-brief faint">
                      <VisibleText text={oneLine(reasoning().text)} finder={props.finder} />
                    </span>
                  </>
                }
              >
                <LongText name={name()} text={reasoning().text} finder={props.finder} />
                <Omitted count={reasoning().omitted} />
              </Fold>
            )}
          </Match>
          <Match when={as("toolCall")}>
            {(call) => (
              <ToolRow
                call={call()}
                answer={props.row.answer}
                name={name()}
                finder={props.finder}
                isOpen={props.isOpen}
                onFold={props.onFold}
              />
            )}
          </Match>
          <Match when={as("toolResult")}>
            {(answer) => (
              <>
                <Badge tone={answer().error ? "bad" : "calm"}>
                  {answer().error ? "Error of a tool" : "Answer of a tool"}
                </Badge>
                <LongText name={name()} text={answer().text} finder={props.finder} lines={12} mono />
                <Omitted count={answer().omitted} />
              </>
            )}
          </Match>
          <Match when={as("notice")}>
            {(notice) => (
              <>
                <Badge tone="warn">Note</Badge>
                <LongText name={name()} text={notice().text} finder={props.finder} />
              </>
            )}
          </Match>
          <Match when={as("result")}>
            {(result) => (
              <>
                <div class="row">
                  <Badge tone={result().error ? "bad" : "good"}>{result().error ? "Turn failed" : "Turn ended"}</Badge>
                  <Show when={props.row.used}>{(used) => <span class="faint number">{usageWords(used())}</span>}</Show>
                </div>
                <Show when={props.row.repeats !== true}>
                  <LongText name={name()} text={result().text} finder={props.finder} />
                </Show>
                <Omitted count={result().omitted} />
              </>
            )}
          </Match>
        </Switch>
      </div>
    </div>
  )
}
