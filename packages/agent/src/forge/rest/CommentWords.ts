/** What a reviewer wrote beside lines, for an agent to read. */

interface LineComment {
  readonly path: string
  readonly line?: number | null | undefined
  /** Where the forge shows it: the lines that it is about. */
  readonly hunk?: string | undefined
  readonly body: string
}

const shownLines = 6

/** The line that a hunk ends with: what was written beside it is about that. One that was taken out has no number. */
const lastLineOf = (hunk: string): number | undefined => {
  const [head = "", ...lines] = hunk.split("\n")
  const start = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(head)?.[1]
  if (start === undefined || lines.length === 0 || lines.at(-1)?.startsWith("-") === true) return undefined
  return Number(start) + lines.filter((each) => !/^[-\\]/.test(each)).length - 1
}

/** Not every forge says the line beside the hunk. */
const commentWords = ({ body, hunk = "", line, path }: LineComment): string => {
  const at = line ?? lastLineOf(hunk)
  return [
    `### ${path}${at === undefined ? "" : `, line ${at}`}`,
    ...(hunk === "" ? [] : [hunk.split("\n").slice(-shownLines).map((each) => `    ${each}`).join("\n")]),
    body
  ].join("\n\n")
}

/** All that was written, those without a place as they are. */
export const reviewWords = (
  comments: ReadonlyArray<Omit<LineComment, "path"> & { readonly path?: string | undefined }>
) =>
  comments.map(({ path, ...comment }) => path === undefined ? comment.body : commentWords({ ...comment, path }))
    .filter((text) => text !== "").join("\n\n")
