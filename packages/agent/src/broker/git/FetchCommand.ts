/** What a client wants, from the body of its request (git's protocol, version 2). */

export interface FetchCommand {
  readonly wants: ReadonlyArray<string>
  readonly haves: ReadonlyArray<string>
  /** Whether files are left out, and history beyond a depth. */
  readonly filtered: boolean
  readonly shallow: boolean
  /** Whether it will be answered with a pack and not with a part of the negotiation. */
  readonly final: boolean
}

/** Everything that some commits lead to, for a client that has nothing yet. */
export interface ColdClone {
  readonly wants: ReadonlyArray<string>
  /** How objects are named, where the client says so. */
  readonly format: string | undefined
}

/** What a request for a cold clone may say. */
const ofColdClone =
  /^(?:command=fetch|(?:agent|session-id)=.*|object-format=sha(?:1|256)|thin-pack|no-progress|include-tag|ofs-delta|want [0-9a-f]{40,64}|done)\n?$/

/** Undefined for a request that says anything else. */
export const parseColdClone = (packets: ReadonlyArray<string>): ColdClone | undefined => {
  const words = new Set(packets.map((packet) => packet.trimEnd()))
  const isCold = ["command=fetch", "ofs-delta", "done"].every((word) => words.has(word)) &&
    packets.every((packet) => ofColdClone.test(packet))
  const wants = isCold ? wantedObjects(packets) ?? [] : []
  if (wants.length === 0) return undefined
  return { wants, format: [...words].find((word) => word.startsWith("object-format="))?.slice(14) }
}

/** The branches that a client asks for by name. */
export const askedBranches = (packets: ReadonlyArray<string>): ReadonlyArray<string> =>
  packets[0]?.trim() !== "command=ls-refs"
    ? []
    : packets.flatMap((packet) => /^ref-prefix refs\/heads\/(\S*[^/\s])\n?$/.exec(packet)?.[1] ?? [])

/**
 * The objects that a client wants, in any version of the protocol; undefined where a want is none. Git reads as many digits as a name has
 * and nothing behind them.
 */
export const wantedObjects = (packets: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  const wants = packets.filter((packet) => /^want\b/.test(packet))
  const ids = wants.flatMap((packet) => /^want ([0-9a-f]{64}|[0-9a-f]{40})/i.exec(packet)?.[1]?.toLowerCase() ?? [])
  return ids.length === wants.length ? ids : undefined
}

/** Undefined for every other command. */
export const parseFetch = (packets: ReadonlyArray<string>): FetchCommand | undefined => {
  if (packets[0]?.trim() !== "command=fetch") return undefined
  const after = (word: string) =>
    packets.flatMap((packet) => new RegExp(`^${word} ([0-9a-f]{40,64})\\n?$`).exec(packet)?.[1] ?? [])
  const has = (word: RegExp) => packets.some((packet) => word.test(packet))
  const haves = after("have")
  return {
    wants: after("want"),
    haves,
    filtered: has(/^filter /),
    shallow: has(/^deepen/),
    final: haves.length === 0 || has(/^done\n?$/)
  }
}
