/** Text of any length as lines: the beginning of it, and the rest when it is asked for, in parts that a browser lays out at once. */
import { createContext, createMemo, createSignal, type JSX, Show, type Signal, useContext } from "solid-js"
import { figure } from "../show/Figures.ts"
import { firstLines } from "../show/VisibleText.ts"
import "./LongText.css"
import { VisibleText } from "./VisibleText.tsx"

/** How much of which text was asked for, where texts come and go with the rows in sight. */
export const AskedTexts = createContext<Map<string, Signal<number>>>()

const askedOf = (name: string | undefined): Signal<number> => {
  const all = useContext(AskedTexts)
  const made = (name === undefined ? undefined : all?.get(name)) ?? createSignal(0)
  if (name !== undefined) all?.set(name, made)
  return made
}

interface LongTextProps {
  readonly text: string
  /** By which `AskedTexts` knows it. */
  readonly name?: string
  readonly finder?: RegExp | undefined
  /** Lines that are shown at first. Default 30. */
  readonly lines?: number
  /** Whether it is code, or what a program printed. */
  readonly mono?: boolean
}

const first = 4_000
const more = 40_000

export const LongText = (props: LongTextProps): JSX.Element => {
  const [asked, setAsked] = askedOf(props.name)
  const part = createMemo(() =>
    asked() === 0
      ? firstLines(props.text, props.lines ?? 30, first)
      : firstLines(props.text, Infinity, first + asked() * more)
  )
  return (
    <div class="long-text">
      <div class="text" classList={{ mono: props.mono === true }} dir="auto">
        <VisibleText text={part().text} finder={props.finder} />
      </div>
      <Show when={part().left > 0}>
        <button class="button small" type="button" onClick={() => setAsked(asked() + 1)}>
          Show {part().left > more ? figure(more) : "the other"} {part().left > more ? "of " : ""}
          {figure(part().left)} characters
        </button>
      </Show>
      <Show when={asked() > 0}>
        <button class="button small" type="button" onClick={() => setAsked(0)}>Show less</button>
      </Show>
    </div>
  )
}
