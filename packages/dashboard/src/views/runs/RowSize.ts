/** Pixels of a line: one row of columns, or a card where there is no room for columns. The style sheet says the same. */
import { type Accessor, createSignal, onCleanup } from "solid-js"

const narrow = "(max-width: 860px)"

export const useRowSize = (): Accessor<number> => {
  const query = window.matchMedia(narrow)
  const [size, setSize] = createSignal(query.matches ? 128 : 56)
  const changed = () => setSize(query.matches ? 128 : 56)
  query.addEventListener("change", changed)
  onCleanup(() => query.removeEventListener("change", changed))
  return size
}
