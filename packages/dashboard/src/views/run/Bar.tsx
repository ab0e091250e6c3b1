/** A share as a bar; the numbers stand beside it. */
import type { JSX } from "solid-js"
import type { Tone } from "../../show/Tone.ts"
import "../../widgets/Tones.css"

/** What is there at all can be seen. */
const least = 0.008

export const Bar = (props: { readonly share: number; readonly tone: Tone }): JSX.Element => (
  <svg class={`bar-of ${props.tone}`} aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 1000 8">
    <rect class="bar-ground" width="1000" height="8" />
    <rect class="bar-part" width={Math.round(1000 * (props.share > 0 ? Math.max(least, props.share) : 0))} height="8" />
  </svg>
)
