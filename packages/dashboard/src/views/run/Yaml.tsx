/** A YAML text, coloured; all of it is text. */
import { createMemo, Index, type JSX, Show } from "solid-js"
import { yamlLines } from "../../show/run/YamlTokens.ts"
import { VisibleText } from "../../widgets/VisibleText.tsx"

/** A longer one is shown without colours. */
const mostLines = 3000

export const Yaml = (props: { readonly text: string }): JSX.Element => {
  const lines = createMemo(() => yamlLines(props.text))
  return (
    <pre class="text-block yaml" tabindex={0} dir="ltr">
      <Show when={lines().length <= mostLines} fallback={<VisibleText text={props.text} />}>
        <Index each={lines()}>
          {(tokens) => (
            <>
              <Index each={tokens()}>{(token) => <span class={`yaml-${token().kind}`}><VisibleText text={token().text} /></span>}</Index>
              {"\n"}
            </>
          )}
        </Index>
      </Show>
    </pre>
  )
}
