/** Bitbucket Data Center: repositories by the key of their project, or of a person (`~ada`). */
import type { ForgeKind } from "../ForgeKind.ts"
import { isJsonWith } from "../rest/Json.ts"
import { belowRoot, ownerAndName } from "../rest/Path.ts"

export const bitbucketDataCenter: ForgeKind = {
  id: "bitbucket-data-center",
  name: "Bitbucket Data Center",
  hosts: [],
  apiOf: (host) => `https://${host}/rest/api/1.0`,
  // Over http its repositories are below `scm/`.
  repositoryOf: ({ path }, api) =>
    ownerAndName(belowRoot(path, api, /\/rest\/api\/(?:1\.0|latest)$/).replace(/^scm\//, "")),
  gitUser: (user) => user ?? "x-token-auth",
  sign: {
    path: "/rest/api/1.0/application-properties",
    fits: ({ status, text }) =>
      status === 200 && isJsonWith(text, "buildNumber") && /"displayName":"Bitbucket"/.test(text)
  },
  abilities: {
    tokens:
      "HTTP access tokens of a repository, project or person with repository write; a person's name under `username` in the Secret",
    draft: "from 8.18",
    reviewers: "by user name",
    checks: "build statuses",
    projectTasks:
      "of people who have write access by themselves, not by a group or the project: of others it does not tell whether they may push",
    renamed: "followed at the same API"
  },
  load: () => import("./BitbucketDataCenter.ts").then(({ adapter }) => adapter)
}
