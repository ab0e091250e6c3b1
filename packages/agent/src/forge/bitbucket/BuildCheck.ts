/** Builds, as both Bitbuckets tell of them. */
import type { Check } from "../ForgeAdapter.ts"
import { checkWords } from "../rest/Discussions.ts"

interface Build {
  readonly key: string
  readonly name?: string | null
  readonly state: string
  readonly description?: string | null
  readonly url?: string | null
}

const stateOf = (state: string): Check["state"] => {
  switch (state) {
    case "SUCCESSFUL":
      return "passed"
    case "FAILED":
      return "failed"
    case "STOPPED":
    case "CANCELLED":
      return "cancelled"
    default:
      return "pending"
  }
}

export const buildCheck = ({ description, key, name, state, url }: Build): Check => ({
  name: name ?? key,
  state: stateOf(state),
  words: checkWords(description, url)
})
