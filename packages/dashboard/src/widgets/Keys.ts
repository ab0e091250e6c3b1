/** Keys of a view: single characters, which do nothing where somebody types or chooses, or holds another key. */
import { onCleanup, onMount } from "solid-js"

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"))

/** What is over the view has keys of its own. */
const isCovered = (): boolean => document.querySelector("[role=dialog], [role=menu], [role=listbox]") !== null

export const onKeys = (keys: Readonly<Record<string, () => unknown>>): void => {
  const press = (event: KeyboardEvent) => {
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (act === undefined || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event.target) || isCovered()) return
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
