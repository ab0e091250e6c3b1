/** How one names a run on the command line: `coderun/NAME` as kubectl has it, or the name alone. Pure. */
import { type AnyRunKind, everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { Result } from "effect"

export interface RunRef {
  /** Undefined: whichever kind has a run of this name. */
  readonly kind: AnyRunKind | undefined
  readonly name: string
}

const namesOf = ({ kind, path, plural, shortName, singular, taskType }: AnyRunKind): ReadonlyArray<string> => [
  kind.toLowerCase(),
  singular,
  plural,
  shortName,
  path,
  taskType,
  `${plural}.orchestrator.platform`
]

/** The kind of a word: `coderun`, `cr`, `coderuns`, `code`. */
export const kindNamed = (word: string): AnyRunKind | undefined =>
  everyRunKind.find((kind) => namesOf(kind).includes(word.toLowerCase()))

const known = everyRunKind.map(({ singular }) => singular).join(" or ")

/** The words of a command: `NAME`, `KIND/NAME`, or a kind and names of it. */
export const runRefs = (words: ReadonlyArray<string>): Result.Result<ReadonlyArray<RunRef>, string> => {
  const [first = "", ...names] = words
  const kind = names.length > 0 ? kindNamed(first) : undefined
  if (kind !== undefined && !names.some((name) => name.includes("/"))) {
    return Result.succeed(names.map((name) => ({ kind, name })))
  }
  return Result.all(words.map(runRef))
}

const runRef = (word: string): Result.Result<RunRef, string> => {
  const slash = word.indexOf("/")
  if (slash < 0) return Result.succeed({ kind: undefined, name: word })
  const kind = kindNamed(word.slice(0, slash))
  const name = word.slice(slash + 1)
  return kind === undefined || name === ""
    ? Result.fail(`Expected NAME or KIND/NAME with the kind ${known}, found ${JSON.stringify(word)}`)
    : Result.succeed({ kind, name })
}
