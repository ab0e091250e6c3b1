/** A time as its age, with the time itself on hover and for machines. */
import { createMemo, type JSX, Show } from "solid-js"
import { duration, millisOf } from "../show/Ages.ts"
import { useNow } from "./Clock.ts"

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })

/** `at`: RFC 3339. `suffix`: `ago`, where the sentence needs it. */
export const Time = (props: { readonly at: string | undefined; readonly suffix?: string }): JSX.Element => {
  const at = createMemo(() => millisOf(props.at))
  const now = useNow(at)
  const text = (since: number) => [duration(now() - since), props.suffix ?? ""].join(" ").trimEnd()
  return (
    <Show when={at()} fallback={<span class="faint">—</span>} keyed>
      {(since) => <time dateTime={props.at} title={absolute.format(since)}>{text(since)}</time>}
    </Show>
  )
}
