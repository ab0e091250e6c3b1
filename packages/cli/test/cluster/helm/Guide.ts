/** Guides as programs: their shell blocks, in order, with the files that their YAML blocks are. */

export interface Block {
  /** `sh`: to be run; else the name of the file that it is. */
  readonly file: string | undefined
  readonly heading: string
  readonly text: string
}

const dedented = (text: string): string => {
  const indent = /^ */.exec(text)?.[0] ?? ""
  return text.split("\n").map((line) => line.startsWith(indent) ? line.slice(indent.length) : line).join("\n")
}

const headingBefore = (markdown: string, index: number): string =>
  [...markdown.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? ""

/** Shell blocks, and YAML blocks whose first line names a file. */
export const blocksOf = (markdown: string): ReadonlyArray<Block> =>
  [...markdown.matchAll(/^ *```(sh|yaml)\n([^]*?)\n *```$/gm)].flatMap(({ 1: language, 2: body = "", index }) => {
    const text = dedented(body)
    const file = language === "sh" ? undefined : /^# (\S+\.yaml)\n/.exec(text)?.[1]
    if (language !== "sh" && file === undefined) return []
    return [{ file, heading: headingBefore(markdown, index), text }]
  })

/** What a reader puts in the place of what is theirs. */
export const filledIn = (text: string, places: ReadonlyArray<readonly [string | RegExp, string]>): string =>
  places.reduce((filled, [from, to]) => filled.replaceAll(from, to), text)
