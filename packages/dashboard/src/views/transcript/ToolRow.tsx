/** A call of a tool: what it was given in one line, and when it is opened all of it, what it changes, and its answer. */
import { createMemo, For, type JSX, Show } from "solid-js"
import type { EventOf } from "../../show/transcript/Conversation.ts"
import { changesOf, inputText, oneLine, summaryOf } from "../../show/transcript/ToolWords.ts"
import { Badge } from "../../widgets/Badge.tsx"
import { DiffLines } from "../../widgets/DiffLines.tsx"
import { LongText } from "../../widgets/LongText.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import { Fold, Omitted } from "./Fold.tsx"

interface ToolRowProps {
  readonly call: EventOf<"toolCall">
  readonly answer: EventOf<"toolResult"> | undefined
  readonly name: string
  readonly finder: RegExp | undefined
  readonly isOpen: boolean
  readonly onFold: () => void
}

export const ToolRow = (props: ToolRowProps): JSX.Element => {
  const failure = () => props.answer?.error === true ? props.answer : undefined
  return (
    <>
      <Fold
        isOpen={props.isOpen}
        onFold={props.onFold}
        head={
          <>
            <span class="tool-name mono">
              <VisibleText text={props.call.name} finder={props.finder} />
            </span>
            <span class="said-brief mono" dir="auto">
              <VisibleText text={summaryOf(props.call.input)} finder={props.finder} />
            </span>
            <Show when={failure()}>
              <Badge tone="bad">Failed</Badge>
            </Show>
            <Show when={props.answer === undefined}>
              <span class="faint fold-note">no answer yet</span>
            </Show>
          </>
        }
      >
        <Given {...props} />
        <Show when={props.answer} fallback={<p class="faint">There is no answer.</p>}>
          {(answer) => (
            <>
              <p class="tool-part">{answer().error ? "Error" : "Answer"}</p>
              <LongText name={`${props.name} answer`} text={answer().text} finder={props.finder} lines={40} mono />
              <Omitted count={answer().omitted} />
            </>
          )}
        </Show>
      </Fold>
      <Show when={!props.isOpen && failure()}>
        {(answer) => (
          <p class="tool-error mono" dir="auto">
            <VisibleText text={oneLine(answer().text)} finder={props.finder} />
          </p>
        )}
      </Show>
    </>
  )
}

/** What the tool was given: as a change of files where it is one, else as it is. */
const Given = (props: Pick<ToolRowProps, "call" | "finder" | "name">): JSX.Element => {
  const changes = createMemo(() => changesOf(props.call.input))
  return (
    <>
      <For
        each={changes()}
        fallback={
          <>
            <p class="tool-part">Input</p>
            <LongText
              name={`${props.name} input`}
              text={inputText(props.call.input)}
              finder={props.finder}
              lines={20}
              mono
            />
          </>
        }
      >
        {(change) => (
          <>
            <p class="tool-part mono">
              <VisibleText text={change.path === "" ? "Change" : change.path} finder={props.finder} />
            </p>
            <DiffLines lines={change.lines} most={120} />
          </>
        )}
      </For>
      <Omitted count={props.call.omitted} />
    </>
  )
}
