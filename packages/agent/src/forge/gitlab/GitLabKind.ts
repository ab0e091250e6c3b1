/** GitLab, self-managed too. A project may be in groups of groups. */
import type { ForgeKind } from "../ForgeKind.ts"
import { belowRoot, groupsAndName } from "../rest/Path.ts"

/** altssh.gitlab.com takes ssh through firewalls. */
const hosts = ["gitlab.com", "altssh.gitlab.com"]

export const gitLab: ForgeKind = {
  id: "gitlab",
  name: "GitLab",
  hosts,
  apiOf: (host) => hosts.includes(host) ? "https://gitlab.com/api/v4" : `https://${host}/api/v4`,
  repositoryOf: ({ path }, api) => groupsAndName(belowRoot(path, api, /\/api\/v4$/)),
  gitUser: (user) => user ?? "oauth2",
  sign: {
    path: "/api/v4/version",
    fits: ({ headers, status, text }) =>
      status === 401 &&
      (headers["x-gitlab-meta"] !== undefined || /^\s*\{"message":"401 Unauthorized"\}\s*$/.test(text))
  },
  abilities: {
    tokens: "personal, group and project access tokens with the scope `api`, of at least a Developer",
    draft: "as `Draft:` before the title",
    labels: "yes",
    reviewers: "by username",
    checks: "statuses and jobs of the commit, of jobs the end of the log",
    issues: "yes",
    projectTasks: "yes",
    renamed: "followed at the same API"
  },
  load: () => import("./GitLab.ts").then(({ adapter }) => adapter)
}
