/** How GitLab's API is spoken, and what its refusals mean to the person who has to do something about them. */
import { adviceOf, type Cause } from "../rest/Advice.ts"
import type { RestDialect } from "../rest/RestClient.ts"

const causes: ReadonlyArray<Cause> = [
  { words: /insufficient_scope|insufficient scope|higher privileges/i, advice: "the token needs the scope api" },
  { words: /archived/i, advice: "the project is archived and read-only: unarchive it, or use another one" },
  {
    words: /\bSAML\b|\bSSO\b|single sign-on/i,
    advice: "sign in to the group's single sign-on with the token's owner, and try again"
  },
  {
    words: /\bIP\b.*(?:not allowed|restrict)|restricted by IP|IP address/i,
    advice: "add the cluster's egress address to the group's IP restriction"
  },
  { words: /two-factor|2FA/i, advice: "enable two-factor authentication for the token's owner, or use another user" },
  { words: /terms/i, advice: "have the token's owner accept the terms of service in a browser" },
  { words: /blocked|deactivated/i, advice: "the token's owner is blocked or deactivated: use another user" }
]

export const gitLabDialect: RestDialect = {
  name: "GitLab",
  headers: { accept: "application/json" },
  setting: "forge.hosts",
  forbiddenAdvice: adviceOf(causes, "the token needs the scope api, and its owner the role Developer or more"),
  refusedAdvice: (words) =>
    /target.?branch.*(?:does not exist|invalid|can't be blank)/i.test(words)
      ? "; set forge.pullRequest.base to an existing branch"
      : /archived/i.test(words)
      ? "; unarchive the project, or use another one"
      : ""
}
