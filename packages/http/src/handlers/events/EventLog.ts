/**
 * The newest changes of runs, in the order in which they were seen: what all listeners read from, each at its own pace, so that none has
 * a backlog of its own. Bounded by number and bytes; who falls behind what is kept is told so. No effects.
 */
import type { AnyRunKind, KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import type { Change } from "@orchestrator/k8s/Reflector"
import { isNewer } from "@orchestrator/k8s/Store"
import type { Position } from "./Position.ts"

export interface LoggedChange {
  readonly kind: KindName
  readonly change: Change
  /** As it is now, or was last. */
  readonly run: CustomObject
  /** Outline of what it was before. */
  readonly before: CustomObject | undefined
  /** JSON of the answer about it. */
  readonly answer: string
  /** Where the log was after it. */
  readonly position: Position
}

interface Bounds {
  readonly mostChanges: number
  /** Characters of the answers together. */
  readonly mostText: number
}

/** Where a listener is in the log. */
export interface Cursor {
  /** Changes from here on have yet to be told. */
  readonly next: number
  /** Of the list that it has to have seen. */
  readonly era: number
}

export const makeEventLog = ({ mostChanges, mostText }: Bounds) => {
  let changes: Array<LoggedChange> = []
  /** Number of the first of them. */
  let first = 0
  let text = 0
  let position: Position = {}
  /** What is later than this is in the log. */
  let base: Position = {}
  let era = 0

  const forget = (count: number) => {
    for (const gone of changes.slice(0, count)) {
      text -= gone.answer.length
      base = gone.position
    }
    changes = changes.slice(count)
    first += count
  }

  return {
    position: () => position,
    /** Everything that is known of a kind is as of this revision: what was before it is void. */
    listed: ({ kind }: AnyRunKind, revision: string): void => {
      const isFirst = position[kind] === undefined
      position = { ...position, [kind]: revision }
      if (!isFirst) era += 1
      forget(changes.length)
      base = position
    },
    /** Nothing up to this revision is missing. */
    advance: ({ kind }: AnyRunKind, revision: string): void => {
      position = { ...position, [kind]: revision }
    },
    add: ({ kind, revision, ...change }: Omit<LoggedChange, "kind" | "position"> & {
      readonly kind: AnyRunKind
      readonly revision: string
    }): void => {
      position = { ...position, [kind.kind]: revision }
      changes.push({ ...change, kind: kind.kind, position })
      text += change.answer.length
      if (changes.length <= mostChanges && text <= mostText) return
      // More than one at a time: moving the rest for each change would take long. The newest stays, whatever its size.
      const fewest = Math.floor(changes.length / 4)
      let [count, left] = [0, text]
      while (count < changes.length - 1 && (count < fewest || left > mostText)) {
        left -= changes[count++]?.answer.length ?? 0
      }
      forget(count)
    },
    /** From now on. */
    end: (): Cursor => ({ next: first + changes.length, era }),
    /** After a position; undefined: what came after it is not remembered, or it is of another cluster. */
    after: (from: Position, kinds: ReadonlySet<KindName>): Cursor | undefined => {
      const isKnown = [...kinds].every((kind) => {
        const [revision = "", oldest = "", newest = ""] = [from[kind], base[kind], position[kind]]
        return !isNewer(oldest, revision) && !isNewer(revision, newest)
      })
      return isKnown ? { next: first, era } : undefined
    },
    /** What a cursor has yet to be told. `gap`: changes that nobody saw. `behind`: changes that are no longer kept. */
    read: (cursor: Cursor): ReadonlyArray<LoggedChange> | "gap" | "behind" => {
      if (cursor.era !== era) return "gap"
      return cursor.next < first ? "behind" : changes.slice(cursor.next - first)
    }
  }
}

export type EventLog = ReturnType<typeof makeEventLog>
