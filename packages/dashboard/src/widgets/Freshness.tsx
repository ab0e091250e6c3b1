/** How old what a view shows is, and a button that reads it anew. */
import { type JSX, Show } from "solid-js"
import type { Fresh } from "../store/Fresh.ts"
import { Time } from "./Time.tsx"

export const Freshness = (props: { readonly of: Pick<Fresh<unknown>, "again" | "at" | "isPending"> }): JSX.Element => (
  <>
    <Show when={props.of.at()}>
      {(at) => (
        <span class="faint number">
          As of <Time at={at()} suffix="ago" />
        </span>
      )}
    </Show>
    <button
      class="button"
      type="button"
      aria-disabled={props.of.isPending()}
      onClick={() => props.of.isPending() || props.of.again()}
    >
      Refresh
    </button>
  </>
)
