/** Why a branch is not on the remote, as a sentence. Words of the remote stand behind what git or the broker put first, so they cannot be taken for these. */
export const unreached = "the remote could not be reached"

export const isUnreached = (words: string): boolean => words.startsWith(unreached)

/** By the words of whoever pushed. */
export const pushFailure = (branch: string, words: string): string =>
  isUnreached(words)
    ? `${branch} could not be pushed: ${words}`
    : `The remote rejected the push of ${branch}: ${words}`
