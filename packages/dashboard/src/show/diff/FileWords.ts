/** What becomes of a file, in words. Pure. */
import type { PatchFile } from "./GitPatch.ts"

const names: Readonly<Record<PatchFile["change"], string>> = {
  added: "Added",
  deleted: "Deleted",
  modified: "Changed",
  renamed: "Renamed",
  copied: "Copied"
}

const kinds: ReadonlyMap<string, string> = new Map([
  ["100644", "file"],
  ["100755", "executable"],
  ["120000", "symbolic link"],
  ["160000", "submodule"]
])

const kindOf = (mode: string): string => kinds.get(mode) ?? `mode ${mode}`

export const changeWord = ({ change, modeAfter, modeBefore }: PatchFile): string =>
  change === "modified" && modeBefore !== undefined && modeAfter !== undefined ? "Mode changed" : names[change]

/** Besides the lines: where it was, how alike it is, what kind of file it is now. */
export const fileNotes = (file: PatchFile): ReadonlyArray<string> => {
  const { from, isBinary, isCut, lines, modeAfter, modeBefore, similarity } = file
  const mode = modeBefore !== undefined && modeAfter !== undefined && modeBefore !== modeAfter
    ? [`was ${kindOf(modeBefore)}, is ${kindOf(modeAfter)}`]
    : [modeAfter ?? modeBefore].flatMap((one) => one === undefined || one === "100644" ? [] : [kindOf(one)])
  return [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(similarity === undefined ? [] : [`${similarity} % the same`]),
    ...mode,
    ...(isBinary ? ["binary: not shown"] : []),
    ...(!isBinary && lines === 0 && !isCut ? ["no line changed"] : []),
    ...(isCut ? ["its end is missing"] : [])
  ]
}

export interface PatchTotals {
  readonly files: number
  readonly added: number
  readonly removed: number
}

export const totalsOf = (files: ReadonlyArray<PatchFile>): PatchTotals => ({
  files: files.length,
  added: files.reduce((sum, { added }) => sum + added, 0),
  removed: files.reduce((sum, { removed }) => sum + removed, 0)
})
