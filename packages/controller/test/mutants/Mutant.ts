/** A small wrong, put into one module of the program while it is loaded, and who has to notice. Files stay as they are. */
import type { CaseClass } from "../faults/Cases.ts"
import type { Invariant } from "../faults/Ledger.ts"

/** An invariant, or that a scenario without a fault ends as it always did (faults/Endings.json). */
export type Oracle = Invariant | "end"

/** Cases of the fault engine; the scenarios without a fault come first. */
export interface ByCases {
  readonly scenarios: ReadonlyArray<string>
  readonly classes: ReadonlyArray<CaseClass>
  /** Only at points with these words: `create Job`. Undefined: at all. */
  readonly at?: string | undefined
  /** That one of these is violated; any other would be noticed for a reason that is not this one. */
  readonly invariants: ReadonlyArray<Oracle>
}

/** A test file, for what no order of events shows: the length of a wait, a text. */
export interface ByTest {
  readonly test: string
  /** A pattern of the names of the tests that are to run: what else the file has takes long, and says nothing of this. Undefined: all. */
  readonly named?: string | undefined
}

export interface Mutant {
  /** The wrong, in words. */
  readonly name: string
  /** From the root of the repository. */
  readonly file: string
  /** Is there once, to the letter. */
  readonly find: string
  readonly replace: string
  readonly by: ByCases | ByTest
}

type Listed<A> = A | ReadonlyArray<A>

const listOf = <A>(given: Listed<A>): ReadonlyArray<A> => [given].flat() as ReadonlyArray<A>

export const cases = (
  scenarios: Listed<string>,
  classes: Listed<CaseClass>,
  invariants: Listed<Oracle>,
  at?: string
): ByCases => ({ scenarios: listOf(scenarios), classes: listOf(classes), invariants: listOf(invariants), at })

export const isByTest = (by: Mutant["by"]): by is ByTest => "test" in by

export const root = new URL("../../../../", import.meta.url)

/** Fails where the text that it would change is not there, or more than once: the program has moved on, and the mutant has to. */
export const mutate = ({ file, find, replace }: Pick<Mutant, "file" | "find" | "replace">, source: string): string => {
  const found = source.split(find).length - 1
  if (found !== 1) throw new Error(`expected once in ${file}: ${find}\nfound ${found} times: change the mutant`)
  return source.replace(find, () => replace)
}
