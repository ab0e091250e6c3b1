/** Keys of a view: single letters, which do nothing where somebody types or holds another key, or while a dialog is open. */
import { onCleanup, onMount } from "solid-js"

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const isCheckbox = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement && target.type === "checkbox"

export const useKeys = (keys: Readonly<Record<string, () => unknown>>): void => {
  const listen = (event: KeyboardEvent) => {
    const act = keys[event.key]
    if (act === undefined || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event.target) && !isCheckbox(event.target)) return
    if (document.querySelector("[role=dialog], [role=menu], [role=listbox]") !== null) return
    event.preventDefault()
    act()
  }
  onMount(() => document.addEventListener("keydown", listen))
  onCleanup(() => document.removeEventListener("keydown", listen))
}
