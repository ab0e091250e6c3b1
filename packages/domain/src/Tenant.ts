/**
 * Whose a workspace is: one service's work on one repository as one GitHub user. Runs of another tenant get another claim, so that none
 * finds files, transcripts or notes of theirs. The annotation is the truth; labels are for people and selectors.
 */
import { Option, Schema } from "effect"
import { fnv1a32 } from "./Hash.ts"
import { labelValue, tenantAnnotation, tenantLabel, workspaceLabels } from "./Labels.ts"
import { hashedWorkspaceName, workspaceName } from "./Names.ts"

export const Tenant = Schema.Struct({
  service: Schema.String,
  /** As `repositoryIdentity` writes it. */
  repository: Schema.String,
  /** Lower-case: GitHub's logins know no case, and neither do the names of a user's Secrets. */
  githubUser: Schema.String
})
export type Tenant = typeof Tenant.Type

const usualPorts: Readonly<Record<string, string>> = { https: "443", http: "80", ssh: "22" }

/** Slashes and `.git` at the end name the same repository. */
const pathOf = (path: string): string =>
  path.replace(/\/{2,}/g, "/").replace(/^\/|\/$/g, "").replace(/\.git$/, "").replace(/\/$/, "")

/**
 * One text for all usual spellings of one repository: https, ssh and scp-like addresses of a host and path are the same. What could
 * lead elsewhere stays in it: another port, a login other than `git`, plain http, a local path; a path keeps its case.
 */
export const repositoryIdentity = (url: string): string => {
  const text = url.trim()
  const [, scheme = "", authority = "", path = ""] = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/?(.*)$/is.exec(text) ?? []
  const [, login = "", scpHost = "", scpPath = ""] = scheme === ""
    ? /^(?:([^@/]*)@)?([^:/]+):(.*)$/s.exec(text) ?? []
    : []
  if (scheme === "" && scpHost === "") return text
  const protocol = scheme === "" ? "ssh" : scheme.toLowerCase()
  if (protocol === "file") return `file:///${pathOf(`${authority}/${path}`)}`
  const [, user = "", host = "", port = ""] = scheme === ""
    ? ["", login, scpHost, ""]
    : /^(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/s.exec(authority) ?? ["", "", authority, ""]
  const place = host.toLowerCase().replace(/\.$/, "")
  return [
    protocol === "https" || protocol === "ssh" ? "" : `${protocol}://`,
    protocol !== "ssh" || user === "" || user === "git" ? "" : `${user}@`,
    place,
    port === "" || port === usualPorts[protocol] ? "" : `:${port}`,
    `/${pathOf(scheme === "" ? scpPath : path)}`
  ].join("")
}

export const tenantOf = (
  spec: { readonly service: string; readonly repositoryUrl: string; readonly githubUser: string }
): Tenant => ({
  service: spec.service,
  repository: repositoryIdentity(spec.repositoryUrl),
  githubUser: spec.githubUser.toLowerCase()
})

/** A text that is the same for the same tenant and no other. */
export const tenantKey = ({ githubUser, repository, service }: Tenant): string =>
  JSON.stringify({ service, repository, githubUser })

export const isTenant = (one: Tenant, other: Tenant): boolean => tenantKey(one) === tenantKey(other)

const decodeText = Schema.decodeUnknownOption(Schema.fromJsonString(Tenant))

/** Whose a claim says that it is. `unknown`: it says something that cannot be read, so it is somebody else's. */
export const tenantOn = (
  annotations: Readonly<Record<string, string>> | undefined
): Tenant | "unknown" | undefined => {
  const text = annotations?.[tenantAnnotation]
  return text === undefined ? undefined : Option.getOrElse(decodeText(text), () => "unknown" as const)
}

/** Hashed names after the plain one. A tenant that made its name be another's leaves that one the next. */
const hashedNames = 3

const shortHash = (tenant: Tenant, count: number): string => fnv1a32(`${count}${tenantKey(tenant)}`)

/** Names that a tenant's claim may have, in the order in which they are tried: `workspace-{service}` first. */
export const workspaceNames = (tenant: Tenant): readonly [plain: string, ...hashed: Array<string>] => [
  workspaceName(tenant.service),
  ...Array.from({ length: hashedNames }, (_, count) => hashedWorkspaceName(tenant.service, shortHash(tenant, count)))
]

/** Labels and annotation that make a claim a tenant's. */
export const tenantMarks = (tenant: Tenant) => ({
  labels: {
    ...workspaceLabels(tenant.service),
    "github-user": labelValue(tenant.githubUser),
    [tenantLabel]: shortHash(tenant, 0)
  },
  annotations: { [tenantAnnotation]: tenantKey(tenant) }
})
