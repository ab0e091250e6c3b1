/** Azure DevOps Services and Server. A repository is in a project, that in an organization, at a Server in a collection. */
import type { RemoteAddress } from "../../pod/RemoteAddress.ts"
import type { ForgeKind } from "../ForgeKind.ts"
import { belowRoot } from "../rest/Path.ts"

const sshHosts = ["ssh.dev.azure.com", "vs-ssh.visualstudio.com"]
const hosts = ["dev.azure.com", ...sshHosts]

/** An organization may still have a subdomain of its own. */
const organization = /^(?!vs-ssh\.)([\w-]+)\.visualstudio\.com$/

/** Names of projects and repositories may have spaces and letters of any language, which addresses encode. */
const isPart = (text: string): boolean => /^[^\p{C}/\\?#%*:|"<>]{1,255}$/u.test(text) && !/^\.+$/.test(text)

const decoded = (path: string): ReadonlyArray<string> => {
  try {
    const parts = path.split("/").map(decodeURIComponent)
    return parts.every(isPart) ? parts : []
  } catch {
    return []
  }
}

/** `org/project/_git/name`, where a project's first repository has its name: `org/_git/name`; by ssh `v3/org/project/name`. */
const repositoryOf = ({ host, path }: RemoteAddress, api: string) => {
  const parts = decoded(belowRoot(path, api, /\/$/))
  const at = parts.findIndex((part) => part === "_git" || part === "_ssh")
  const name = parts.at(-1) ?? ""
  if (at < 0 || sshHosts.includes(host)) {
    const [version, org, project] = parts
    return version === "v3" && parts.length === 4 ? { owner: `${org}/${project}`, name } : undefined
  }
  // A clone may be asked for without its history, or with all of it.
  const after = parts.slice(at + 1).filter((part, index) => index > 0 || !/^_(?:optimized|full)$/.test(part))
  if (after.length !== 1) return undefined
  const before = parts.slice(0, at).filter((part) => !organization.test(host) || part !== "DefaultCollection")
  // A Server is usually below `tfs`.
  const above = organization.test(host) ? 0 : /^tfs$/i.test(before[0] ?? "") ? 2 : 1
  const owner = [...before, ...(before.length > above ? [] : [name])].join("/")
  return owner === "" ? undefined : { owner, name }
}

export const azureDevOps: ForgeKind = {
  id: "azure-devops",
  name: "Azure DevOps",
  hosts,
  domain: "visualstudio.com",
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
