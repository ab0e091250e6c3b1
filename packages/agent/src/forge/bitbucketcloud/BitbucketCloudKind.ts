/** Bitbucket Cloud. */
import type { ForgeKind } from "../ForgeKind.ts"
import { ownerAndName } from "../rest/Path.ts"

/** altssh.bitbucket.org takes ssh through firewalls. */
const hosts = ["bitbucket.org", "altssh.bitbucket.org"]

export const bitbucketCloud: ForgeKind = {
  id: "bitbucket-cloud",
  name: "Bitbucket Cloud",
  hosts,
  apiOf: () => "https://api.bitbucket.org/2.0",
  repositoryOf: ({ path }) => ownerAndName(path),
  // An API token's user at the API is an e-mail address, which is none of git's.
  gitUser: (user) => user === undefined ? "x-token-auth" : user.includes("@") ? "x-bitbucket-api-token-auth" : user,
  abilities: {
    tokens:
      "access tokens of a repository, project or workspace with `repository:write` and `pullrequest:write`; API tokens and app passwords with the account beside them, under `username` in the Secret",
    draft: "yes",
    reviewers: "by account id, `{uuid}` or nickname",
    checks: "statuses",
    issues: "of repositories with an issue tracker",
    projectTasks: "yes, where the token is an administrator's of the workspace: others are not told who may push",
    renamed: "followed at the same API"
  },
  load: () => import("./BitbucketCloud.ts").then(({ adapter }) => adapter)
}
