/** What the run is about, where its work is, and as whom. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { For, type JSX, Show } from "solid-js"
import { httpAddress } from "../../show/HttpAddress.ts"
import { specFacts } from "../../show/run/SpecFacts.ts"
import { Time } from "../../widgets/Time.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import { Until } from "./Until.tsx"

const Address = (props: { readonly text: string }): JSX.Element => (
  <Show
    when={httpAddress(props.text)}
    fallback={
      <bdi class="mono">
        <VisibleText text={props.text} />
      </bdi>
    }
  >
    {(url) => (
      <a href={url()} target="_blank" rel="noreferrer noopener">
        <bdi>
          <VisibleText text={props.text} />
        </bdi>
      </a>
    )}
  </Show>
)

export const Facts = (props: { readonly run: AnyRun }): JSX.Element => {
  const status = () => props.run.status
  return (
    <section class="card facts" aria-label="About the run">
      <dl>
        <Show when={status()?.pullRequestUrl}>
          {(url) => (
            <>
              <dt>Pull request</dt>
              <dd>
                <Address text={url()} />
              </dd>
            </>
          )}
        </Show>
        <Show when={status()?.branch}>
          {(branch) => (
            <>
              <dt>Branch</dt>
              <dd>
                <bdi class="mono">{branch()}</bdi>
                <Show when={status()?.headCommit}>
                  {(commit) => (
                    <>
                      {" at "}
                      <code title={commit()}>{commit().slice(0, 10)}</code>
                    </>
                  )}
                </Show>
              </dd>
            </>
          )}
        </Show>
        <For each={specFacts(props.run.spec ?? {})}>
          {({ label, text }) => (
            <>
              <dt>{label}</dt>
              <dd>
                <Address text={text} />
              </dd>
            </>
          )}
        </For>
        <Show when={status()?.workspace}>
          {(claim) => (
            <>
              <dt>Workspace</dt>
              <dd>
                <bdi class="mono">{claim()}</bdi>
              </dd>
            </>
          )}
        </Show>
        <dt>Created</dt>
        <dd>
          <Time at={props.run.createdAt} suffix="ago" />
        </dd>
        <Show when={status()?.finishedAt}>
          {(at) => (
            <>
              <dt>Ended</dt>
              <dd>
                <Time at={at()} suffix="ago" />
              </dd>
            </>
          )}
        </Show>
        <Show when={status()?.expiresAt}>
          {(at) => (
            <>
              <dt>Job and files are removed</dt>
              <dd>
                <Until at={at()} />
              </dd>
            </>
          )}
        </Show>
      </dl>
    </section>
  )
}
