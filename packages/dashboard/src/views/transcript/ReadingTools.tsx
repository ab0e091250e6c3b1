/** What one does with what one reads: look for words, go to errors, follow, pause. */
import { type JSX, Show } from "solid-js"
import { figure } from "../../show/Figures.ts"

interface ReadingToolsProps {
  readonly words: string
  readonly onWords: (words: string) => void
  /** Rows that have the words; undefined where none are looked for. */
  readonly found: number | undefined
  /** Which of them was jumped to; -1 for none. */
  readonly place: number
  readonly isLooking: boolean
  readonly onFound: (direction: 1 | -1) => void
  /** Rows with errors; undefined where none can be told. */
  readonly errors: number | undefined
  readonly onError: (direction: 1 | -1) => void
  readonly isLive: boolean
  readonly isFollowing: boolean
  readonly isPaused: boolean
  /** Rows that have come and are not shown. */
  readonly hidden: number
  readonly onFollow: () => void
  readonly onPause: () => void
  readonly children: JSX.Element
}

export const ReadingTools = (props: ReadingToolsProps): JSX.Element => {
  const foundWords = () => {
    if (props.found === undefined) return ""
    const all = `${figure(props.found)}${props.isLooking ? " so far" : ""}`
    if (props.found === 0) return props.isLooking ? "Looking" : "Nothing found"
    return props.place < 0 ? `${all} found` : `${figure(props.place + 1)} of ${all}`
  }
  const followWords = () => {
    if (props.hidden > 0) return `Show ${figure(props.hidden)} new`
    return props.isFollowing ? "Following" : "To the end"
  }
  return (
    <div class="row" role="toolbar" aria-label="Reading">
      <input
        class="input reading-search"
        type="search"
        aria-label="Search"
        aria-keyshortcuts="/"
        placeholder="Search ( / )"
        autocomplete="off"
        spellcheck={false}
        value={props.words}
        onInput={({ currentTarget }) => props.onWords(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") props.onFound(event.shiftKey ? -1 : 1)
          if (event.key === "Escape") {
            props.onWords("")
            event.currentTarget.blur()
          }
        }}
      />
      <Show when={props.found !== undefined}>
        <button class="button" type="button" aria-label="Previous found" onClick={() => props.onFound(-1)}>↑</button>
        <button class="button" type="button" aria-label="Next found" onClick={() => props.onFound(1)}>↓</button>
      </Show>
      <span class="faint number" role="status">{foundWords()}</span>
      <span class="reading-space" />
      <Show when={props.errors !== undefined}>
        <button
          class="button"
          type="button"
          aria-keyshortcuts="e"
          title="e forwards, E backwards"
          disabled={props.errors === 0}
          onClick={(event) => props.onError(event.shiftKey ? -1 : 1)}
        >
          {props.errors === 0 ? "No errors" : `Next error (${figure(props.errors ?? 0)})`}
        </button>
      </Show>
      <Show when={props.isLive}>
        <button
          class="button"
          type="button"
          aria-pressed={props.isPaused}
          aria-keyshortcuts="p"
          onClick={props.onPause}
        >
          {props.isPaused ? "Paused" : "Pause"}
        </button>
      </Show>
      <button class="button" type="button" aria-keyshortcuts="f" onClick={props.onFollow}>{followWords()}</button>
      {props.children}
    </div>
  )
}
