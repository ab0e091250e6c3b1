/** How Bitbucket Cloud's API is spoken, and what its refusals mean to the person who has to do something about them. */
import { adviceOf, type Cause } from "../rest/Advice.ts"
import type { RestDialect } from "../rest/RestClient.ts"

const causes: ReadonlyArray<Cause> = [
  {
    words: /scope|privilege/i,
    advice:
      "the token needs repository:write and pullrequest:write (an API token write:repository:bitbucket and write:pullrequest:bitbucket)"
  },
  {
    words: /allowlist|whitelist|IP address/i,
    advice: "add the cluster's egress address to the workspace's IP allowlist"
  },
  {
    words: /two-step|2FA|two-factor/i,
    advice: "enable two-step verification for the token's owner, or use another one"
  },
  { words: /plan|payment|over the user limit/i, advice: "the workspace's plan does not allow it: see its billing" },
  { words: /archived|read-only/i, advice: "the repository takes no changes: unarchive it, or use another one" }
]

/** A password or an API token goes with the account that it is of; an access token goes alone. */
const authorization = (token: string, user: string | undefined): string =>
  user === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`

export const bitbucketDialect: RestDialect = {
  name: "Bitbucket Cloud",
  headers: { accept: "application/json" },
  setting: "forge.hosts",
  authorization,
  forbiddenAdvice: adviceOf(causes, "the token needs repository:write and pullrequest:write"),
  refusedAdvice: (words) =>
    /destination.*(?:not found|does not exist|branch)/i.test(words)
      ? "; set forge.pullRequest.base to an existing branch"
      : ""
}
