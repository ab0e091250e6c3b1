/** Words of the guides, whose code stands in backquotes, in parts. Pure. */
export interface CodePart {
  readonly text: string
  readonly isCode: boolean
}

/** A backquote without a partner is a character like others. */
export const codeParts = (text: string): ReadonlyArray<CodePart> =>
  text.split(/`([^`]+)`/u).flatMap((part, index) => part === "" ? [] : [{ text: part, isCode: index % 2 === 1 }])
