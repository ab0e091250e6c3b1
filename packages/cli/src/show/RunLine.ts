/** One line about a run, for people. */
export interface RunLine {
  /** `coderun/name`, the key of a live line. */
  readonly run: string
  readonly phase: string
  readonly text: string
  /** The text where there is little room. */
  readonly short: string
  readonly message: string
  /** Whether nothing more comes, unless somebody asks for another attempt. */
  readonly isLast: boolean
}

/** The end of a run that somebody deleted. */
export const deletedLine = (line: RunLine): RunLine => {
  const words = `${line.run}  Deleted`
  return { ...line, phase: "Deleted", text: words, short: words, message: "", isLast: true }
}
