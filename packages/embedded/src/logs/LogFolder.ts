/**
 * Where pod logs outlive the process: a file for each container, a line for each piece that it printed. What cannot be written is
 * missing after a restart, and nothing else; of a very long log the beginning is kept.
 */
import type { LogKey } from "@orchestrator/k8s/PodLogs"
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs"

export interface LogPiece {
  readonly nanos: bigint
  readonly bytes: Uint8Array
}

export interface LogFolder {
  /** What an earlier process kept of a container's log; nothing when there is none. */
  readonly restore: (key: LogKey) => ReadonlyArray<LogPiece>
  readonly keep: (key: LogKey, piece: LogPiece) => void
  readonly remove: (podUid: string) => void
}

const mostBytes = 32 * 1024 * 1024

export const logFolder = (folder: string): LogFolder => {
  const podFolder = (podUid: string) => `${folder}/${podUid}`
  const fileOf = ({ container, podUid }: LogKey) => `${podFolder(podUid)}/${container}.log`
  return {
    restore: (key) => {
      const found = statSync(fileOf(key), { throwIfNoEntry: false })
      return found === undefined ? [] : readFileSync(fileOf(key), "utf8").split("\n").flatMap(pieceOf)
    },
    keep: (key, { bytes, nanos }) => {
      const size = statSync(fileOf(key), { throwIfNoEntry: false })?.size
      if (size === undefined) mkdirSync(podFolder(key.podUid), { recursive: true })
      if ((size ?? 0) > mostBytes) return
      appendFileSync(fileOf(key), `${nanos} ${Buffer.from(bytes).toString("base64")}\n`, { mode: 0o600 })
    },
    remove: (podUid) => rmSync(podFolder(podUid), { recursive: true, force: true })
  }
}

/** A line that a crash cut short is dropped. */
const pieceOf = (line: string): ReadonlyArray<LogPiece> => {
  const [, nanos, base64] = /^(\d+) ([A-Za-z0-9+/]*={0,2})$/.exec(line) ?? []
  return nanos === undefined ? [] : [{ nanos: BigInt(nanos), bytes: Buffer.from(base64 ?? "", "base64") }]
}
