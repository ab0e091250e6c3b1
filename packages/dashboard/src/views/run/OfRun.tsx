/** The run that the address names; the same run again is the same view, and what is open in it stays open. */
import { A, useParams } from "@solidjs/router"
import { createMemo, type JSX, Show } from "solid-js"
import { places, runAt, type RunRef } from "../../show/Places.ts"
import { Empty } from "../../widgets/Empty.tsx"
import { View } from "../../widgets/View.tsx"

export const OfRun = (props: { readonly children: (run: RunRef) => JSX.Element }): JSX.Element => {
  const params = useParams<{ readonly kind: string; readonly name: string }>()
  const at = createMemo(() => runAt({ kind: params.kind, name: params.name }), undefined, {
    equals: (left, right) => left?.kind === right?.kind && left?.name === right?.name
  })
  return (
    <Show
      when={at()}
      keyed
      fallback={
        <View title="No such view">
          <Empty title="No such kind of runs">
            <p>The address names a kind that there is not.</p>
            <A class="button" href={places.runs}>All runs</A>
          </Empty>
        </View>
      }
    >
      {(run) => props.children(run)}
    </Show>
  )
}
