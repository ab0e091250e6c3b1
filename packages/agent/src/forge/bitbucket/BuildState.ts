/** Builds, as both Bitbuckets call their states. */
import type { Check } from "../ForgeAdapter.ts"

export const buildState = (state: string): Check["state"] => {
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
