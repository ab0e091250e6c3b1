/**
 * The history of one kind. Readers keep a position of their own and pull, so a slow reader costs writers nothing: when the history it
 * still needs has been dropped, it is told so and has to list again.
 */
import type { StoredObject } from "../objects/StoredObject.ts"

export interface LogEntry {
  readonly revision: number
  readonly type: "ADDED" | "MODIFIED" | "DELETED"
  /** For DELETED the last state, with the deletion's resourceVersion. */
  readonly object: StoredObject
  readonly previous: StoredObject | undefined
}

export interface WatchLog {
  readonly append: (entry: LogEntry) => void
  /** Position of the first entry after the revision; undefined when the history no longer reaches back to it. */
  readonly positionAfter: (revision: number) => number | undefined
  /** Entries from the position on, at most `limit`; undefined when they have been dropped. */
  readonly read: (position: number, limit: number) => ReadonlyArray<LogEntry> | undefined
  /** Drops everything up to the revision. */
  readonly compact: (revision: number) => void
  /** Calls back once, at the next append or compaction. Answers with what takes the request back. */
  readonly onChange: (notify: () => void) => () => void
}

/** `floor`: the revision from which the history is complete. Between `limit` and twice as many entries are kept. */
export const makeWatchLog = (floor: number, limit: number): WatchLog => {
  let entries: Array<LogEntry> = []
  let start = 0
  let complete = floor
  const waiting = new Set<() => void>()

  const drop = (count: number) => {
    const last = entries[count - 1]
    if (last === undefined) return
    complete = Math.max(complete, last.revision)
    entries = entries.slice(count)
    start += count
  }
  const wake = () => {
    for (const resume of [...waiting]) resume()
  }
  const indexAfter = (revision: number): number => {
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((entries[middle]?.revision ?? 0) > revision) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    append: (entry) => {
      entries.push(entry)
      if (entries.length >= limit * 2) drop(entries.length - limit)
      wake()
    },
    positionAfter: (revision) => revision < complete ? undefined : start + indexAfter(revision),
    read: (position, max) => position < start ? undefined : entries.slice(position - start, position - start + max),
    compact: (revision) => {
      drop(indexAfter(revision))
      complete = Math.max(complete, revision)
      wake()
    },
    onChange: (notify) => {
      const once = () => {
        waiting.delete(once)
        notify()
      }
      waiting.add(once)
      return () => void waiting.delete(once)
    }
  }
}
