/** Azure DevOps Services and Server. A repository is in a project, that in an organization, at a Server in a collection. */
import type { RemoteAddress } from "../../pod/RemoteAddress.ts"
import type { ForgeKind } from "../ForgeKind.ts"
import { partsOf } from "../rest/Path.ts"

const hosts = ["dev.azure.com", "ssh.dev.azure.com", "vs-ssh.visualstudio.com"]

/** An organization may still have a subdomain of its own. */
const organization = /^(?!vs-ssh\.)([\w-]+)\.visualstudio\.com$/

/** Names of projects may have spaces, which stand in addresses as `%20`. */
const decoded = (path: string): ReadonlyArray<string> | undefined =>
  partsOf(path.replaceAll("%20", "_")) === undefined
    ? undefined
    : path.split("/").map((part) => part.replaceAll("%20", " "))

/** `org/project/_git/name`, where a project's first repository has its name: `org/_git/name`; by ssh `v3/org/project/name`. */
const repositoryOf = ({ host, path }: RemoteAddress) => {
  const parts = decoded(path) ?? []
  const at = parts.indexOf("_git")
  const name = parts.at(-1) ?? ""
  if (at < 0) {
    const [version, org, project] = parts
    return version === "v3" && parts.length === 4 ? { owner: `${org}/${project}`, name } : undefined
  }
  if (at !== parts.length - 2) return undefined
  const before = parts.slice(0, at).filter((part) => !organization.test(host) || part !== "DefaultCollection")
  const hasProject = before.length > (organization.test(host) ? 0 : 1)
  const owner = [...before, ...(hasProject ? [] : [name])].join("/")
  return owner === "" ? undefined : { owner, name }
}

export const azureDevOps: ForgeKind = {
  id: "azure-devops",
  name: "Azure DevOps",
  hosts,
  isOwn: (host) => organization.test(host),
  apiOf: (host) => hosts.includes(host) ? "https://dev.azure.com" : `https://${host}`,
  repositoryOf,
  gitUser: (user) => user ?? "x-access-token",
  sign: {
    path: "/_apis/connectionData",
    fits: ({ headers }) => headers["x-tfs-processid"] !== undefined || headers["x-vss-e2eid"] !== undefined
  },
  abilities: {
    tokens: "personal access tokens with code: read and write; Entra tokens",
    draft: "yes",
    labels: "as tags",
    reviewers: "by id (GUID) of a person or a group",
    checks: "statuses of the commit"
  },
  load: () => import("./AzureDevOps.ts").then(({ adapter }) => adapter)
}
