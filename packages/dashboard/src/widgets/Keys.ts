/** Keys of a view, where nobody is typing. */
import { onCleanup, onMount } from "solid-js"

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest("input, textarea, select, [role=dialog]") !== null)

export const onKeys = (keys: Readonly<Record<string, () => void>>): void => {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (act === undefined) return
    event.preventDefault()
    act()
  }
  onMount(() => document.addEventListener("keydown", press))
  onCleanup(() => document.removeEventListener("keydown", press))
}

/** Whatever happens anywhere on the page. */
export const onInputs = (acts: Readonly<Partial<Record<keyof DocumentEventMap, () => void>>>): void => {
  for (const [kind, act] of Object.entries(acts)) {
    onMount(() => document.addEventListener(kind, act, { passive: true }))
    onCleanup(() => document.removeEventListener(kind, act))
  }
}
