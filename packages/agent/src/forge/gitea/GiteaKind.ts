/** Gitea and Forgejo. */
import type { ForgeKind } from "../ForgeKind.ts"
import { isJsonWith } from "../rest/Json.ts"
import { ownerAndName } from "../rest/Path.ts"

export const gitea: ForgeKind = {
  id: "gitea",
  name: "Gitea",
  hosts: ["codeberg.org", "gitea.com"],
  apiOf: (host) => `https://${host}/api/v1`,
  repositoryOf: ({ path }) => ownerAndName(path),
  gitUser: (user) => user ?? "x-access-token",
  sign: {
    path: "/api/v1/version",
    fits: ({ status, text }) =>
      (status === 200 && isJsonWith(text, "version"))
      || (status === 403 && /Only signed in user is allowed to call APIs/.test(text))
  },
  abilities: {
    tokens: "access tokens with the scopes `write:repository` and `write:issue`",
    draft: "as `WIP:` before the title",
    labels: "those that the repository has, by name",
    reviewers: "by login",
    teamReviewers: "by name, of the repository's organization",
    checks: "statuses",
    issues: "yes; whose comments count only administrators of the repository are told",
    projectTasks: "yes, where the token is an administrator's of the repository: others are not told who may push",
    renamed: "followed at the same API"
  },
  load: () => import("./Gitea.ts").then(({ adapter }) => adapter)
}
