/** The rows that have the words that are looked for, found in pieces while the page goes on, and among what comes meanwhile. */
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"
import type { Readable } from "../../show/transcript/Readable.ts"
import { makeSearch, type Search } from "../../show/transcript/Search.ts"
import { inPieces } from "../../store/Pieces.ts"

const rowsOfPiece = 2_000

export const createSearch = (
  source: Accessor<Readable>,
  finder: Accessor<RegExp | undefined>,
  there: Accessor<number>
): { readonly rows: Accessor<ReadonlyArray<number>>; readonly isLooking: Accessor<boolean> } => {
  const [rows, setRows] = createSignal<ReadonlyArray<number>>([], { equals: false })
  const [isLooking, setLooking] = createSignal(false)
  let search: Search | undefined
  let stop: (() => void) | undefined

  const look = () => {
    const current = search
    if (current === undefined || stop !== undefined) return
    setLooking(true)
    stop = inPieces(() => {
      const more = current.step(rowsOfPiece)
      setRows(current.found)
      if (!more) {
        stop = undefined
        setLooking(false)
      }
      return more
    })
  }
  const end = () => {
    stop?.()
    stop = undefined
    setLooking(false)
  }
  createEffect(on([source, finder], ([readable, looked]) => {
    end()
    search = looked === undefined ? undefined : makeSearch(looked, readable)
    setRows([])
    look()
  }))
  createEffect(on(there, look, { defer: true }))
  onCleanup(end)
  return { rows, isLooking }
}
