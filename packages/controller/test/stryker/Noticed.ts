/** Mutants that tests have noticed in Stryker's first run, for whichever process of its is asked about them later. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"

/** In the copy that is mutated, where all of them work. */
const file = "noticed.json"

export const writeNoticed = (mutants: Iterable<string>): void => writeFileSync(file, JSON.stringify([...mutants]))

export const readNoticed = (): ReadonlySet<string> => {
  const mutants: ReadonlyArray<string> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : []
  return new Set(mutants)
}
