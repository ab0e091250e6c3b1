/** What a person does about a forge's refusal, by its cause: a token that may not, an organization's rule, a repository that takes nothing. */
import { adviceOf, type Cause } from "../rest/Advice.ts"

type Headers = Readonly<Record<string, string | undefined>>

const causes: ReadonlyArray<Cause> = [
  { words: /archived/i, advice: "the repository is archived and read-only: unarchive it, or use another one" },
  {
    words: /\bSAML\b|\bSSO\b|single sign-on/i,
    advice: "authorize the token for the organization's single sign-on"
  },
  {
    words: /IP allow ?list|IP address is not permitted/i,
    advice: "add the cluster's egress address to the organization's IP allow list"
  },
  {
    words: /OAuth App access restrictions/i,
    advice: "have an owner of the organization approve the app, or use a fine-grained token"
  },
  { words: /lifetime/i, advice: "create a token that expires sooner, as the organization requires" },
  {
    words: /forbids access via|personal access tokens? \(classic\)/i,
    advice: "create a token of the kind that the organization accepts"
  },
  {
    words: /two-factor|2FA/i,
    advice: "enable two-factor authentication for the token's owner, or use another user"
  },
  {
    words: /installation (?:has been|is) suspended/i,
    advice: "have an owner of the organization unsuspend the app's installation"
  },
  { words: /suspended/i, advice: "the token's owner is suspended: use another user" },
  { words: /\bblocked\b/i, advice: "the token's owner, or the repository, is blocked: contact the forge's support" },
  { words: /disabled/i, advice: "enable pull requests for the repository, or use another one" },
  {
    words: /rule violation|ruleset|protected branch/i,
    advice: "the repository's rules forbid it: allow the token's owner"
  }
]

/** Permissions that the forge says would do, such as `pull_requests=write`. */
const accepted = (headers: Headers): string | undefined => {
  const said = headers["x-accepted-github-permissions"] ?? headers["x-accepted-oauth-scopes"]
  return said !== undefined && /^[\w=:;, ]{1,200}$/.test(said) && said.trim() !== "" ? said.trim() : undefined
}

/** Where to authorize a token for single sign-on, if the forge says so. */
const signOn = (headers: Headers): string => {
  const url = /\burl=(https:\/\/[\w.-]+\/[\w./?=&%-]{1,200})$/.exec(headers["x-github-sso"] ?? "")?.[1]
  return url === undefined ? "" : ` at ${url}`
}

export const forbiddenAdvice = (words: string, headers: Headers): string => {
  if (headers["x-github-sso"] !== undefined) {
    return `authorize the token for the organization's single sign-on${signOn(headers)}`
  }
  return adviceOf(causes, `the token needs ${accepted(headers) ?? "contents: write and pull requests: write"}`)(words)
}

/** For requests that make no sense to the forge; empty where its words say enough. */
export const refusedAdvice = (words: string): string =>
  /\bbase\b.*\binvalid\b|\binvalid\b.*\bbase\b/i.test(words)
    ? "; set forge.pullRequest.base to an existing branch"
    : /archived/i.test(words)
    ? "; unarchive the repository, or use another one"
    : ""
