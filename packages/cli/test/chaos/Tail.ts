/** The audit log of a namespace as it grows. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import { type AuditEvent, auditEvent } from "./AuditEvent.ts"

export interface Tail {
  readonly events: ReadonlyArray<AuditEvent>
  /** Reads what has come since. */
  readonly read: () => void
}

export const tailOf = (folder: string, namespace: string): Tail => {
  const events: Array<AuditEvent> = []
  let at = 0
  let rest = Buffer.alloc(0)
  return {
    events,
    read: () => {
      const file = openSync(join(folder, "audit.log"), "r")
      const bytes = Buffer.alloc(fstatSync(file).size - at)
      at += readSync(file, bytes, 0, bytes.length, at)
      closeSync(file)
      const all = Buffer.concat([rest, bytes])
      const end = all.lastIndexOf("\n") + 1
      rest = all.subarray(end)
      for (const line of all.toString("utf8", 0, end).split("\n")) {
        if (!line.includes(`"namespace":"${namespace}"`)) continue
        const event = auditEvent(line)
        if (event !== undefined) events.push(event)
      }
    }
  }
}
