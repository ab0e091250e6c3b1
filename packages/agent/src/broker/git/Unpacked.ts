/**
 * How large a push may become. A pack of half a megabyte can stand for gigabytes: what unpacking takes is bounded while it is done, and
 * what came of it is looked at before anything else reads it.
 */

/** What unpacking, and looking at what was unpacked, may take. The broker itself stays within the rest of its container's memory. */
export const unpackLimits = { memoryMebibytes: 192, cpuSeconds: 300 }

/** Files above this go through without being held; the rest of a pack's work is bounded by these. */
export const unpackSettings = [
  ["core.bigFileThreshold", "1m"],
  ["core.deltaBaseCacheLimit", "16m"],
  ["core.packedGitWindowSize", "16m"],
  ["core.packedGitLimit", "64m"],
  ["pack.threads", "1"]
] as const

const mebibyte = 1_048_576
/** So many times the size of a pack are no work of people or their tools. */
const mostTimes = 200
/** What small packs may become in any case. */
const alwaysFits = 128 * mebibyte
/** Commits, trees and tags are read whole, by everybody who reads the branch. */
const largestRecord = 32 * mebibyte
const mostObjects = 2_000_000

export interface UnpackBounds {
  /** Bytes of the pack. */
  readonly packBytes: number
  readonly maxUnpackedBytes: number
}

const inMebibytes = (bytes: number): string => `${Math.ceil(bytes / mebibyte)} MiB`

/** By the number that the pack's header promises. */
export const countRefusal = (objects: number): string | undefined =>
  objects > mostObjects
    ? `this push has ${objects} objects, more than the ${mostObjects} that a run may push at once`
    : undefined

export interface Sizes {
  readonly bytes: number
  readonly largestRecord: number
}

/** Adds lines of `<type> <size>`. */
export const addSizes = (before: Sizes, lines: ReadonlyArray<string>): Sizes =>
  lines.reduce((sum, line) => {
    const [type = "", size = ""] = line.split(" ")
    const bytes = /^\d+$/.test(size) ? Number(size) : 0
    return {
      bytes: sum.bytes + bytes,
      largestRecord: type === "blob" ? sum.largestRecord : Math.max(sum.largestRecord, bytes)
    }
  }, before)

/** Why what was unpacked may not stay. */
export const sizeRefusal = (sizes: Sizes, { maxUnpackedBytes, packBytes }: UnpackBounds): string | undefined => {
  if (sizes.largestRecord > largestRecord) {
    return `this push has a commit, tree or tag of ${inMebibytes(sizes.largestRecord)}; the largest may have ${
      inMebibytes(largestRecord)
    }`
  }
  const most = Math.min(maxUnpackedBytes, Math.max(alwaysFits, packBytes * mostTimes))
  return sizes.bytes <= most ?
    undefined :
    `this push unpacks to ${inMebibytes(sizes.bytes)}, of which a run may push ${
      inMebibytes(most)
    }: push less at once, or have agent.broker.maxUnpackedMebibytes raised`
}

/** Why git could not unpack, never empty. */
export const unpackFailure = (exitCode: number, words: string): string => {
  if (/out of memory|malloc|cannot allocate|unable to create thread/i.test(words)) {
    return `this push takes more than ${unpackLimits.memoryMebibytes} MiB of memory to unpack: push smaller objects`
  }
  // As a shell counts SIGKILL and SIGXCPU; and as a process is told of that a signal ended.
  if (exitCode === 137 || exitCode === 152 || /SIGXCPU|SIGKILL/.test(words)) {
    return `this push takes more than ${unpackLimits.cpuSeconds} seconds to unpack: push less at once`
  }
  return `this push cannot be unpacked: ${words || `git ended with exit code ${exitCode} and no words`}`
}
