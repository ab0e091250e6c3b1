/** How Azure DevOps' API is spoken, and what its refusals mean to the person who has to do something about them. */
import { adviceOf, type Cause } from "../rest/Advice.ts"
import type { RestDialect } from "../rest/RestClient.ts"

const causes: ReadonlyArray<Cause> = [
  { words: /disabled/i, advice: "the repository is disabled: enable it, or use another one" },
  {
    words: /conditional access|VS403463|TF400813/i,
    advice: "allow the token's owner in the organization, and the cluster's egress address in its conditional access"
  },
  {
    words: /TF401019|GitRepositoryNotFound/i,
    advice: "check repositoryUrl, and that the token may read the repository"
  }
]

/** Entra's tokens are JWTs; a personal access token is a password of nobody. */
const authorization = (token: string): string =>
  /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(token)
    ? `Bearer ${token}`
    : `Basic ${Buffer.from(`:${token}`).toString("base64")}`

export const azureDialect: RestDialect = {
  name: "Azure DevOps",
  headers: { accept: "application/json" },
  setting: "forge.hosts",
  authorization,
  // Whoever is not let in is shown the way to sign in.
  meaning: ({ headers, status }) =>
    status === 203 || (status === 302 && /\/_signin|login\.microsoftonline/.test(headers["location"] ?? ""))
      ? { _tag: "Unauthorized" }
      : undefined,
  forbiddenAdvice: adviceOf(
    causes,
    "the token needs code: read and write, and its owner leave to contribute to pull requests"
  ),
  refusedAdvice: (words) =>
    /TF401398|target.*(?:does not exist|not found)/i.test(words)
      ? "; set forge.pullRequest.base to an existing branch"
      : ""
}
