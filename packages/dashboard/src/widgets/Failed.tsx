/** Something went wrong: what, what to do next, and again. */
import { type JSX, Show } from "solid-js"
import { told } from "../show/Words.ts"
import { Banner } from "./Banner.tsx"
import { CopyButton } from "./CopyButton.tsx"

export const Failed = (props: { readonly error: unknown; readonly again?: () => void }): JSX.Element => {
  const words = () => told(props.error)
  return (
    <Banner tone="bad" role="alert">
      <p>{words().what}</p>
      <Show when={words().next}>{(next) => <p>{next()}</p>}</Show>
      <Show when={words().commands}>
        {(commands) => (
          <>
            <pre class="mono">{commands()}</pre>
            <CopyButton text={commands()} />
          </>
        )}
      </Show>
      <Show when={words().requestId}>{(id) => <p class="faint">Request {id()}, as the server's log has it</p>}</Show>
      <Show when={props.again}>
        {(again) => <button class="button" type="button" onClick={() => again()()}>Try again</button>}
      </Show>
    </Banner>
  )
}
