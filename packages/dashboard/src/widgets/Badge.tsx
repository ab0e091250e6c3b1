/** A state in words, colour and shape: none of them alone. */
import type { JSX } from "solid-js"
import type { Tone } from "../show/Tone.ts"
import "./Badge.css"
import "./Tones.css"

const shapes: Readonly<Record<Tone, string>> = {
  calm: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 2.5V8l2.5 2",
  active: "M5 3.5v9l7.5-4.5Z",
  good: "m3 8.5 3.2 3.2L13 5",
  bad: "m4 4 8 8m0-8-8 8",
  warn: "M8 2.5 14 13H2Zm0 4v3m0 1.6v.4"
}

export const Badge = (props: { readonly tone: Tone; readonly children: JSX.Element }): JSX.Element => (
  <span class={`badge ${props.tone}`}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[props.tone]} />
    </svg>
    <span>{props.children}</span>
  </span>
)
