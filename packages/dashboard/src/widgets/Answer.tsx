/** What the server is asked: that it is on its way, why it did not come, and what it is. The last answer stays while it is asked again. */
import { type Accessor, type JSX, Show } from "solid-js"
import type { Asked } from "../store/Asked.ts"
import { Failed } from "./Failed.tsx"
import { Loading } from "./Loading.tsx"

interface AnswerProps<A> {
  readonly of: Asked<A>
  /** What is on its way. */
  readonly what?: string
  readonly children: (value: Accessor<NonNullable<A>>) => JSX.Element
}

export function Answer<A>(props: AnswerProps<A>): JSX.Element {
  return (
    <>
      <Show when={props.of.error()}>{(error) => <Failed error={error()} again={props.of.again} />}</Show>
      <Show
        when={props.of.value()}
        fallback={
          <Show when={props.of.isPending()}>
            <Loading what={props.what} />
          </Show>
        }
      >
        {(value) => props.children(value)}
      </Show>
    </>
  )
}
