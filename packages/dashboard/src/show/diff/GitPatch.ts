/**
 * A patch as `git diff` prints it, file by file: what becomes of each, and how many lines. Whose patch it is may want to mislead: the counts of
 * a hunk say where it ends, so that no line of a file is taken for a header. Nothing fails, and every pass is linear. Pure.
 */
import { eachLine, hunkOf, isDone, type Rest, restOf, take } from "./Hunks.ts"
import { headerNames, nameOf, sideName } from "./PatchNames.ts"

export interface PatchFile {
  /** Its name after the change; of a deleted one, before it. */
  readonly path: string
  /** Where it was renamed or copied from. */
  readonly from: string | undefined
  readonly change: "added" | "deleted" | "modified" | "renamed" | "copied"
  readonly modeBefore: string | undefined
  readonly modeAfter: string | undefined
  /** In percent, of what was renamed or copied. */
  readonly similarity: number | undefined
  readonly isBinary: boolean
  readonly added: number
  readonly removed: number
  /** Lines of the body. */
  readonly lines: number
  /** Whether its end is missing. */
  readonly isCut: boolean
  /** What follows the header, for `patchLines`; of a binary file nothing that somebody reads. */
  readonly body: string
}

export interface Patch {
  readonly files: ReadonlyArray<PatchFile>
  /** What a broker that kept a part of it says. */
  readonly note: string | undefined
}

interface Draft extends Omit<PatchFile, "path" | "body"> {
  path: string | undefined
  start: number
}

type Writable<A> = { -readonly [Key in keyof A]: A[Key] }

const begun = (line: string, start: number): Writable<Draft> | undefined => {
  const combined = /^diff --(?:cc|combined) (.*)$/s.exec(line)?.[1]
  const names = line.startsWith("diff --git ") ? headerNames(line.slice("diff --git ".length)) : undefined
  if (combined === undefined && !line.startsWith("diff --git ")) return undefined
  return {
    path: combined === undefined ? names?.to : nameOf(combined),
    from: undefined,
    change: "modified",
    modeBefore: undefined,
    modeAfter: undefined,
    similarity: undefined,
    isBinary: false,
    added: 0,
    removed: 0,
    lines: 0,
    isCut: false,
    start
  }
}

type Header = (file: Writable<Draft>, value: string) => void

const headers: ReadonlyArray<readonly [string, Header]> = [
  ["old mode ", (file, mode) => file.modeBefore = mode],
  ["new mode ", (file, mode) => file.modeAfter = mode],
  ["new file mode ", (file, mode) => {
    file.change = "added"
    file.modeAfter = mode
  }],
  ["deleted file mode ", (file, mode) => {
    file.change = "deleted"
    file.modeBefore = mode
  }],
  ["rename from ", (file, name) => {
    file.change = "renamed"
    file.from = nameOf(name)
  }],
  ["rename to ", (file, name) => file.path = nameOf(name)],
  ["copy from ", (file, name) => {
    file.change = "copied"
    file.from = nameOf(name)
  }],
  ["copy to ", (file, name) => file.path = nameOf(name)],
  ["similarity index ", (file, share) => file.similarity = Number.parseInt(share, 10)],
  ["--- ", (file, name) => file.path = sideName(name) ?? file.path],
  ["+++ ", (file, name) => file.path = sideName(name) ?? file.path],
  ["Binary files ", (file) => file.isBinary = true],
  ["GIT binary patch", (file) => file.isBinary = true]
]

/** The last line of what a broker has cut, see its `Patch`. */
const cutNote = /^# The rest is left out\b/

export const readPatch = (text: string): Patch => {
  const files: Array<PatchFile> = []
  let note: string | undefined
  let file: Writable<Draft> | undefined
  let isBody = false
  let rest: Rest | undefined

  const finish = (end: number, isLast: boolean) => {
    if (file === undefined) return
    const { path = "(a file whose name cannot be read)", start, ...known } = file
    files.push({
      ...known,
      path,
      isCut: known.isCut || (rest !== undefined && !isDone(rest)) || (isLast && note !== undefined),
      body: known.isBinary ? "" : text.slice(start, end)
    })
  }

  for (const { at, end, line } of eachLine(text)) {
    if (file !== undefined && rest !== undefined && !isDone(rest)) {
      const kind = line.startsWith("\\") ? "context" : take(rest, line)
      if (kind !== undefined) {
        if (kind === "added") file.added++
        if (kind === "removed") file.removed++
        file.lines++
        continue
      }
      // A hunk that has less than it says.
      file.isCut = true
      rest = undefined
    }
    const next = begun(line, end)
    if (next !== undefined) {
      finish(at, false)
      file = next
      isBody = false
      rest = undefined
      continue
    }
    if (end === text.length && cutNote.test(line)) note = line.slice(2)
    if (file === undefined) continue
    const hunk = hunkOf(line)
    if (hunk !== undefined && !file.isBinary) {
      if (!isBody) file.start = at
      isBody = true
      rest = restOf(hunk)
      file.lines++
      continue
    }
    if (isBody) continue
    const header = headers.find(([words]) => line.startsWith(words))
    header?.[1](file, line.slice(header[0].length))
    file.start = end
  }
  finish(note === undefined ? text.length : text.lastIndexOf("\n#") + 1, true)
  return { files, note }
}

/** Lines that are shown without being asked for: of one file, and of all together. */
const shownLines = { ofOne: 400, ofAll: 3000 }

/** What tools write and nobody reads line by line. */
const generated =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|go\.sum|poetry\.lock|uv\.lock|composer\.lock|Gemfile\.lock)$|\.(min\.(js|css)|map|snap)$/

/** By the file's index: whether it is folded until somebody opens it. */
export const foldedFiles = (files: ReadonlyArray<PatchFile>): ReadonlyArray<boolean> => {
  let budget = shownLines.ofAll
  return files.map(({ body, lines, path }) => {
    const isLong = lines > shownLines.ofOne || body.length > shownLines.ofOne * 500
    if (isLong || generated.test(path) || lines > budget) return true
    budget -= lines
    return false
  })
}
