/** The audit log of some namespaces as it grows, also when a new file takes the place of one that is full. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import { type AuditEvent, auditEvent } from "./AuditEvent.ts"

export interface Tail {
  readonly events: ReadonlyArray<AuditEvent>
  /** Reads what has come since. */
  readonly read: () => void
}

export const tailOf = (folder: string, ...namespaces: ReadonlyArray<string>): Tail => {
  const path = join(folder, "audit.log")
  const ours = new RegExp(`"namespace":"(?:${namespaces.join("|")})"`)
  const events: Array<AuditEvent> = []
  let file = openSync(path, "r")
  let at = 0
  let rest = Buffer.alloc(0)
  const readOn = () => {
    const bytes = Buffer.alloc(fstatSync(file).size - at)
    at += readSync(file, bytes, 0, bytes.length, at)
    const all = Buffer.concat([rest, bytes])
    const end = all.lastIndexOf("\n") + 1
    rest = all.subarray(end)
    for (const line of all.toString("utf8", 0, end).split("\n")) {
      if (!ours.test(line)) continue
      const event = auditEvent(line)
      if (event !== undefined) events.push(event)
    }
  }
  return {
    events,
    read: () => {
      // Whoever is to write into a new one has written all of the old one.
      const now = statSync(path, { throwIfNoEntry: false })
      const isFull = now !== undefined && now.ino !== fstatSync(file).ino
      readOn()
      if (!isFull) return
      closeSync(file)
      file = openSync(path, "r")
      at = 0
      readOn()
    }
  }
}
