/** Where a run is looked at in a browser. Pure. */
import type { RunAnswer } from "./RunAnswer.ts"

/** Its pull request. Only pages of the web: an address that came out of a container opens nothing else. */
export const pageOf = ({ status }: RunAnswer): string | undefined => {
  const url = status?.pullRequestUrl
  return url !== undefined && /^https?:\/\/[^\s]+$/.test(url) && URL.canParse(url) ? new URL(url).href : undefined
}
