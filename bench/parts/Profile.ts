/** A CPU profile by owner: whose time it is, and on whose behalf. */
import type { Profiler } from "node:inspector"

/** Milliseconds of an owner's own code, and of everything it called that belongs to nobody of ours. */
export interface Share {
  readonly own: number
  readonly behalf: number
}

const ours = /\/packages\/(\w+)\/src\/(?:([\w-]+)\/)?/
const benches = /\/bench\/(\w+)\//

/** `controller/decide`, `effect/internal`, `node:tls`, `(garbage collector)`, `JSON.parse`. */
const ownerOf = ({ functionName, url }: Profiler.Profile["nodes"][number]["callFrame"]): string => {
  const mine = ours.exec(url)
  if (mine !== null) return mine[2] === undefined ? `${mine[1]}` : `${mine[1]}/${mine[2]}`
  if (benches.test(url)) return "bench"
  const library = /\/node_modules\/((?:@[\w-]+\/)?[\w.-]+)\//.exec(url)
  if (library !== null) return `${library[1]}`
  if (url.startsWith("node:")) return url.split("/").slice(0, 2).join("/")
  if (functionName.startsWith("(")) return functionName
  return functionName === "parse" || functionName === "stringify" ? `JSON.${functionName}` : "built in"
}

const isOurs = (owner: string): boolean => owner.includes("/") && !owner.startsWith("node:") && !owner.startsWith("@")

export const sharesOf = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<string, Share> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)))
  const behalfOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at)
      const owner = node === undefined ? "" : ownerOf(node.callFrame)
      if (isOurs(owner) || owner === "bench") return owner
    }
    const node = byId.get(id)
    return node === undefined ? "" : ownerOf(node.callFrame)
  }
  const known = new Map(nodes.map((node) => [node.id, [ownerOf(node.callFrame), behalfOf(node.id)] as const]))
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
