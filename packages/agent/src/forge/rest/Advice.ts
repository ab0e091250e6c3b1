/** What a person does about a forge's refusal, by its cause. */

export interface Cause {
  readonly words: RegExp
  readonly advice: string
}

/** The first that fits; `otherwise` is what a token usually lacks. */
export const adviceOf = (causes: ReadonlyArray<Cause>, otherwise: string) => (words: string): string =>
  causes.find((cause) => cause.words.test(words))?.advice ?? otherwise
