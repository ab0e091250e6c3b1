/** The sentence that matters: why the run is where it is, and what is next. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { A } from "@solidjs/router"
import { For, type JSX, Show } from "solid-js"
import { httpAddress } from "../../show/HttpAddress.ts"
import { phaseTone } from "../../show/PhaseTone.ts"
import { diffPlace, transcriptPlace } from "../../show/Places.ts"
import { codeParts } from "../../show/run/CodeParts.ts"
import { RunLink } from "../../widgets/RunLink.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"

const Words = (props: { readonly text: string }): JSX.Element => (
  <For each={codeParts(props.text)}>
    {({ isCode, text }) => (
      <Show when={isCode} fallback={<VisibleText text={text} />}>
        <code>
          <VisibleText text={text} />
        </code>
      </Show>
    )}
  </For>
)

const mostNamed = 8

export const Explanation = (props: { readonly run: AnyRun }): JSX.Element => {
  const next = () => {
    const words = props.run.explanation?.next ?? ""
    return words === "Nothing." ? "" : words.replaceAll("NAME", props.run.name)
  }
  const waited = () => props.run.waiting?.runs ?? []
  return (
    <section class={`explanation ${phaseTone(props.run.phase, props.run.reason)}`} aria-label="Why it is where it is">
      <p class="explanation-why">
        <VisibleText text={props.run.explanation?.why ?? props.run.message ?? props.run.phase} />
      </p>
      <Show when={next() !== ""}>
        <p>
          <strong>Next:</strong> <Words text={next()} />
        </p>
      </Show>
      <Show when={props.run.phase === "Succeeded"}>
        <p class="row">
          <A href={diffPlace(props.run)}>Look at the diff</A>
          <Show when={httpAddress(props.run.status?.pullRequestUrl ?? "")}>
            {(url) => <a href={url()} target="_blank" rel="noreferrer noopener">Open the pull request</a>}
          </Show>
        </p>
      </Show>
      <Show when={props.run.phase === "Running"}>
        <p>
          <A href={transcriptPlace(props.run)}>Read along</A>
        </p>
      </Show>
      <Show when={waited().length > 0}>
        <p class="row">
          <span>Look at</span>
          <For each={waited().slice(0, mostNamed)}>
            {(name) => <RunLink kind={props.run.kind} name={name} mono />}
          </For>
        </p>
      </Show>
      <Show when={props.run.problems}>
        {(problems) => (
          <ul>
            <For each={problems()}>
              {({ expected, found, path }) => (
                <li>
                  <code>
                    <VisibleText text={path} />
                  </code>: expected {expected}, found <VisibleText text={found} />
                </li>
              )}
            </For>
          </ul>
        )}
      </Show>
    </section>
  )
}
