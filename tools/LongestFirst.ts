/** The order in which vitest begins files: what takes long must not begin when the other workers have nothing left to do. */
import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from "vitest/node"

/** First the files whose paths contain these texts, in this order; the others as vitest orders them. */
export const longestFirst = (texts: ReadonlyArray<string>): TestSequencerConstructor => {
  const rank = ({ moduleId }: TestSpecification) => {
    const found = texts.findIndex((text) => moduleId.includes(text))
    return found === -1 ? texts.length : found
  }
  return class extends BaseSequencer {
    override async sort(files: Array<TestSpecification>) {
      return (await super.sort(files)).sort((left, right) => rank(left) - rank(right))
    }
  }
}
