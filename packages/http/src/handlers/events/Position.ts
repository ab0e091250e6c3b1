/** How far the changes of runs have been told: the revision of each kind, so that every replica can tell what is later. Pure. */
import { everyRunKind, type KindName } from "@orchestrator/domain/kinds/RunKinds"

export type Position = Readonly<Partial<Record<KindName, string>>>

/** `coderuns:1042,docsruns:977`, for clients to keep. */
export const positionText = (position: Position, kinds: ReadonlySet<KindName>): string =>
  everyRunKind.flatMap(({ kind, plural }) => {
    const revision = position[kind]
    return revision === undefined || !kinds.has(kind) ? [] : [`${plural}:${revision}`]
  }).join(",")

const longest = 200

/** Undefined where a text is none of ours. */
export const readPosition = (text: string): Position | undefined => {
  if (text.length > longest) return undefined
  const parts = text.split(",").map((part) => /^([a-z]+):(\d+)$/.exec(part))
  const found = everyRunKind.flatMap(({ kind, plural }) => {
    const revision = parts.find((part) => part?.[1] === plural)?.[2]
    return revision === undefined ? [] : [[kind, revision] as const]
  })
  return found.length === parts.length ? Object.fromEntries(found) : undefined
}

/** Whether a position tells of every one of the kinds. */
export const covers = (position: Position, kinds: ReadonlySet<KindName>): boolean =>
  [...kinds].every((kind) => position[kind] !== undefined)
