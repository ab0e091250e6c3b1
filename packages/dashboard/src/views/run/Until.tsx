/** A time that is to come, as how long it is until then; one that has passed, as how long ago. */
import { createMemo, type JSX, Show } from "solid-js"
import { duration, millisOf } from "../../show/Ages.ts"
import { useNow } from "../../widgets/Clock.ts"
import { Time } from "../../widgets/Time.tsx"

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })

export const Until = (props: { readonly at: string }): JSX.Element => {
  const at = createMemo(() => millisOf(props.at) ?? 0)
  const now = useNow(at)
  return (
    <Show when={at() > now()} fallback={<Time at={props.at} suffix="ago" />}>
      <time dateTime={props.at} title={absolute.format(at())}>in {duration(at() - now())}</time>
    </Show>
  )
}
