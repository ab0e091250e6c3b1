/** GitHub and GitHub Enterprise Server. */
import type { ForgeKind } from "../ForgeKind.ts"
import { isJsonWith } from "../rest/Json.ts"
import { ownerAndName } from "../rest/Path.ts"

/** ssh.github.com takes ssh through firewalls. */
const hosts = ["github.com", "ssh.github.com"]

/** An enterprise whose data stays in a region has a host below it, and its API another one. */
const domain = "ghe.com"

const apiOf = (host: string): string => {
  if (hosts.includes(host)) return "https://api.github.com"
  return host.endsWith(`.${domain}`) ? `https://api.${host}` : `https://${host}/api/v3`
}

export const gitHub: ForgeKind = {
  id: "github",
  name: "GitHub",
  hosts,
  domain,
  apiOf,
  repositoryOf: ({ path }) => ownerAndName(path),
  gitUser: (user) => user ?? "x-access-token",
  sign: {
    path: "/api/v3/meta",
    fits: ({ headers, status, text }) =>
      headers["x-github-enterprise-version"] !== undefined || (status === 200 && isJsonWith(text, "installed_version"))
  },
  abilities: {
    tokens:
      "installation tokens of an App (`github.app`); fine-grained tokens with contents and pull requests: write; classic ones with `repo`",
    draft: "yes; opened as usual where the plan has none",
    labels: "yes",
    reviewers: "by login",
    teamReviewers: "by slug",
    checks: "statuses and check runs, of Actions' jobs the end of the log",
    issues: "yes",
    projectTasks: "yes",
    renamed: "followed at the same API"
  },
  usesOldSecret: true,
  requestAppToken: () => import("./AppToken.ts").then(({ requestAppToken }) => requestAppToken),
  load: () => import("./GitHub.ts").then(({ adapter }) => adapter)
}
