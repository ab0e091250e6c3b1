/** A part of a view, under a heading of its own. */
import { type JSX, Show } from "solid-js"

interface SectionProps {
  readonly title: string
  /** Under the heading. */
  readonly note?: string | undefined
  readonly children: JSX.Element
}

export const Section = (props: SectionProps): JSX.Element => (
  <section class="card stack" aria-label={props.title}>
    <div>
      <h2>{props.title}</h2>
      <Show when={props.note}>
        <p class="faint">{props.note}</p>
      </Show>
    </div>
    {props.children}
  </section>
)
