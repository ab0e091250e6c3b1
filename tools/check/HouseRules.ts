/** Rules of the house that no linter knows: sizes of files, names that are not used here, what must not be in the repository at all. */
import { lockfileProblems } from "./Lockfile.ts"
import { pinProblems } from "./Pins.ts"
import type { Source } from "./Sources.ts"

const lineLimit = 500
const medianLimit = 120

const linesOf = (text: string): number => (text === "" ? 0 : text.replace(/\n$/, "").split("\n").length)

const isCode = ({ path }: Source) => /\.m?tsx?$/.test(path)
const isSeed = ({ path }: Source) => path.includes("/fixtures/seed/")
const isLock = ({ path }: Source) => path.endsWith("package-lock.json")

interface Pattern {
  readonly applies: (source: Source) => boolean
  readonly pattern: RegExp
  readonly problem: string
}

/** Written so that this file does not match itself. */
const patterns: ReadonlyArray<Pattern> = [
  {
    applies: isCode,
    pattern: /\bas (any|never|unknown as)\b/,
    problem: "a cast that switches the type checker off"
  },
  { applies: isCode, pattern: /@ts-(ignore|nocheck)\b/, problem: "a comment that switches the type checker off" },
  {
    applies: (source) => !isLock(source) && !isSeed(source),
    pattern: /(?<![\w.$}{~/-])\/(root|home\/(?!node\b)\w+|Users\/\w+|work)\/(?!\*)[\w.-]/,
    problem: "a path of somebody's machine"
  },
  { applies: isLock, pattern: /"resolved": "(https?|git|file):/, problem: "an address of a registry" }
]

const patternProblems = (source: Source): ReadonlyArray<string> => {
  const rules = patterns.filter(({ applies, pattern }) => applies(source) && pattern.test(source.text))
  return rules.map(({ pattern, problem }) => {
    const line = source.text.split("\n").findIndex((text) => pattern.test(text)) + 1
    return `${source.path}:${line} has ${problem}`
  })
}

const shapeProblems = (source: Source): ReadonlyArray<string> => {
  const { path, text } = source
  if (!isCode(source)) return []
  const lines = linesOf(text)
  return [
    ...(lines > lineLimit ? [`${path} has ${lines} lines: split it by concept (limit ${lineLimit})`] : []),
    ...(/(^|\/)index\.m?tsx?$/.test(path)
      ? [`${path}: a module is named for its main export, and there are no barrels`]
      : [])
  ]
}

/** The middle of the sizes; of an even number, the lower one. */
export const median = (sizes: ReadonlyArray<number>): number =>
  sizes.toSorted((left, right) => left - right)[Math.floor((sizes.length - 1) / 2)] ?? 0

/** Lines of the median source file by package. */
export const medians = (sources: ReadonlyArray<Source>): ReadonlyMap<string, number> => {
  const named = sources.flatMap((source) => {
    const name = /^packages\/([^/]+)\/src\//.exec(source.path)?.[1]
    return name === undefined || !isCode(source) ? [] : [{ name, lines: linesOf(source.text) }]
  })
  return new Map(
    [...Map.groupBy(named, ({ name }) => name)].map(([name, files]) => [name, median(files.map(({ lines }) => lines))])
  )
}

/** Everything that breaks a rule of the house, one sentence each. */
export const houseProblems = (sources: ReadonlyArray<Source>): ReadonlyArray<string> => [
  ...sources.flatMap((source) => [...shapeProblems(source), ...patternProblems(source)]),
  ...sources.filter(isLock).flatMap(({ text }) => lockfileProblems(text)),
  ...pinProblems(sources),
  ...[...medians(sources)]
    .filter(([, lines]) => lines > medianLimit)
    .map(([name, lines]) => `packages/${name}: the median file has ${lines} lines (limit ${medianLimit})`)
]
