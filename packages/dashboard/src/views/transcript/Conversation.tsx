/** The conversation of one attempt, as it is spoken. */
import { batch, createMemo, createSignal, type JSX, Show } from "solid-js"
import type { RunsOfKind } from "../../connect/kinds/RunsOf.ts"
import { figure } from "../../show/Figures.ts"
import { makeConversation } from "../../show/transcript/Conversation.ts"
import { readableConversation } from "../../show/transcript/Readable.ts"
import { usageWords } from "../../show/transcript/UsageWords.ts"
import { following } from "../../store/Following.ts"
import { ConversationRow } from "./ConversationRow.tsx"
import { FollowBanner } from "./FollowBanner.tsx"
import { Reading } from "./Reading.tsx"

export interface AttemptProps {
  readonly runs: RunsOfKind
  readonly name: string
  /** Stays the same: another attempt is another component. */
  readonly attempt: string
  /** Whether it has not ended. */
  readonly isRunning: boolean
  readonly marked: number | undefined
  /** Begins anew. */
  readonly onAgain: () => void
}

export const Conversation = (props: AttemptProps): JSX.Element => {
  const conversation = makeConversation()
  const source = readableConversation(conversation)
  const { state, version } = following(
    (options) => props.runs.followTranscript(props.name, { attempt: props.attempt }, options),
    conversation.add
  )
  const [turned, setTurned] = createSignal<ReadonlySet<number>>(new Set())
  const [allOpen, setAllOpen] = createSignal(false)
  const isOpen = (row: number) => turned().has(row) !== allOpen()
  const turn = (row: number) => {
    const next = new Set(turned())
    if (!next.delete(row)) next.add(row)
    setTurned(next)
  }
  const turnAll = () =>
    batch(() => {
      setTurned(new Set<number>())
      setAllOpen(!allOpen())
    })
  const lines = () => `${figure((version(), conversation.lines))} lines`
  const used = createMemo(() => (version(), usageWords(conversation.used)))
  return (
    <>
      <FollowBanner
        state={state()}
        isEmpty={(version(), conversation.lines === 0)}
        what="conversation"
        whereElse="What the agent printed may be in the log."
        onAgain={props.onAgain}
      />
      <Show when={(version(), conversation.lines > 0)}>
        <p class="faint number said-used">
          {lines()}
          <Show when={used()}>{(words) => <>, {words()}</>}</Show>
        </p>
        <Reading
          label="Conversation"
          source={source}
          version={version()}
          isLive={props.isRunning}
          marked={props.marked}
          size={44}
          onJump={(row) => !isOpen(row) && turn(row)}
          tools={
            <button class="button" type="button" aria-pressed={allOpen()} onClick={turnAll}>
              {allOpen() ? "Fold all" : "Unfold all"}
            </button>
          }
          row={(index, finder) => {
            const row = createMemo(() => (version(), conversation.rows[index]))
            return (
              <Show when={row()}>
                {(found) => (
                  <ConversationRow
                    row={found()}
                    finder={finder()}
                    isOpen={isOpen(index)}
                    onFold={() => turn(index)}
                  />
                )}
              </Show>
            )
          }}
        />
      </Show>
    </>
  )
}
