/** Which attempts' evidence goes: what is older than it may be, and the oldest of what is too much. Pure. */
import { evidenceFiles } from "@orchestrator/domain/Evidence"
import type { EvidenceConfig } from "@orchestrator/domain/OrchestratorConfig"
import { attemptPattern } from "@orchestrator/domain/Retry"

/** A file, by its path below the prefix. */
export interface KeptFile {
  readonly path: string
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly modified: number
}

export interface KeptAttempt {
  readonly files: ReadonlyArray<string>
  readonly bytes: number
  readonly modified: number
}

const names: ReadonlySet<string> = new Set(evidenceFiles)

/** Whether a path is one that a broker of this namespace writes: whatever else lies there is somebody else's. */
const isOurs = (path: string, namespace: string): boolean => {
  const [place, uid = "", attempt = "", file = "", ...more] = path.split("/")
  return place === namespace && /^[A-Za-z0-9_-]+$/.test(uid) && attemptPattern.test(attempt) && names.has(file) &&
    more.length === 0
}

/** Attempts by their folders, with one more file. */
export const withFile = (
  attempts: Map<string, KeptAttempt>,
  { bytes, modified, path }: KeptFile,
  namespace: string
): Map<string, KeptAttempt> => {
  if (!isOurs(path, namespace)) return attempts
  const folder = path.slice(0, path.lastIndexOf("/"))
  const before = attempts.get(folder)
  return attempts.set(folder, {
    files: [...before?.files ?? [], path],
    bytes: (before?.bytes ?? 0) + bytes,
    modified: Math.max(before?.modified ?? 0, modified)
  })
}

const day = 86_400_000

/** Oldest first. */
export const expired = (
  attempts: Iterable<KeptAttempt>,
  { days, mebibytes }: EvidenceConfig["retention"],
  nowMillis: number
): ReadonlyArray<KeptAttempt> => {
  const newestFirst = [...attempts].toSorted((one, other) => other.modified - one.modified)
  const oldest = days === 0 ? -Infinity : nowMillis - days * day
  const most = mebibytes === 0 ? Infinity : mebibytes * 1_048_576
  let total = 0
  return newestFirst.filter(({ bytes, modified }) => {
    total += bytes
    return modified < oldest || total > most
  }).toReversed()
}
