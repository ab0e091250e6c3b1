/** How Bitbucket Data Center's API is spoken, and what its refusals mean to the person who has to do something about them. */
import { printable } from "@orchestrator/domain/Printable"
import { adviceOf, type Cause } from "../rest/Advice.ts"
import { jsonOf } from "../rest/Json.ts"
import { problemWords } from "../rest/Problem.ts"
import type { RestDialect } from "../rest/RestClient.ts"

const causes: ReadonlyArray<Cause> = [
  {
    words: /archived|read-only/i,
    advice: "the repository is archived and read-only: unarchive it, or use another one"
  },
  { words: /CAPTCHA/i, advice: "have the token's owner sign in in a browser once" }
]

export const dataCenterDialect: RestDialect = {
  name: "Bitbucket Data Center",
  headers: { accept: "application/json", "x-atlassian-token": "no-check" },
  setting: "forge.hosts",
  forbiddenAdvice: adviceOf(causes, "the token needs repository write, and its owner write access"),
  // A branch that is not there is no more found than a repository that is not.
  meaning: ({ status, text }) =>
    status === 404 && /NoSuchBranchException/.test(text)
      ? {
        _tag: "Refused",
        words: `${
          printable(problemWords(jsonOf(text)), { max: 300 })
        }: the branch to merge, or the one to merge into, does not exist; set forge.pullRequest.base to one that does`
      }
      : undefined,
  refusedAdvice: () => ""
}
