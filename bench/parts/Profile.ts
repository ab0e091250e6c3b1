/** A CPU profile by owner: whose time it is, and on whose behalf. */
import type { Profiler } from "node:inspector"

/** Milliseconds of an owner's own code, and of everything it called that belongs to nobody of ours. */
export interface Share {
  readonly own: number
  readonly behalf: number
}

const ours = /\/packages\/(\w+)\/src\/(?:([\w-]+)\/)?/
const benches = /\/bench\/(\w+)\//

type Frame = Profiler.Profile["nodes"][number]["callFrame"]

/** `controller/decide`, `domain`, `bench`: what works for itself. */
const ownerOfOurs = ({ url }: Frame): string | undefined => {
  const [, name, room] = ours.exec(url) ?? []
  if (name !== undefined) return room === undefined ? name : `${name}/${room}`
  return benches.test(url) ? "bench" : undefined
}

/** `effect`, `node:tls`, `(garbage collector)`, `JSON.parse`: what works for others. */
const ownerOfOthers = ({ functionName, url }: Frame): string => {
  const library = /\/node_modules\/((?:@[\w-]+\/)?[\w.-]+)\//.exec(url)?.[1]
  if (library !== undefined) return library
  if (url.startsWith("node:")) return url.split("/").slice(0, 2).join("/")
  if (functionName.startsWith("(")) return functionName
  return functionName === "parse" || functionName === "stringify" ? `JSON.${functionName}` : "built in"
}

const ownerOf = (frame: Frame): string => ownerOfOurs(frame) ?? ownerOfOthers(frame)

export const sharesOf = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<string, Share> => {
  const frames = new Map(nodes.map(({ callFrame, id }) => [id, callFrame]))
  const parents = new Map(nodes.flatMap(({ children = [], id }) => children.map((child) => [child, id] as const)))
  /** Of the nearest of ours that has called it; of itself where nobody of ours has. */
  const behalfOf = (id: number, own: string): string => {
    let at: number | undefined = id
    while (at !== undefined) {
      const frame = frames.get(at)
      const found = frame === undefined ? undefined : ownerOfOurs(frame)
      if (found !== undefined) return found
      at = parents.get(at)
    }
    return own
  }
  const known = new Map(nodes.map(({ callFrame, id }) => {
    const own = ownerOf(callFrame)
    return [id, [own, behalfOf(id, own)] as const]
  }))
  const shares = new Map<string, Share>()
  const add = (owner: string, own: number, behalf: number) => {
    const before = shares.get(owner) ?? { own: 0, behalf: 0 }
    shares.set(owner, { own: before.own + own, behalf: before.behalf + behalf })
  }
  for (const [index, id] of samples.entries()) {
    const millis = (timeDeltas[index] ?? 0) / 1000
    const [own, behalf] = known.get(id) ?? ["", ""]
    add(own, millis, 0)
    add(behalf, 0, millis)
  }
  return shares
}
