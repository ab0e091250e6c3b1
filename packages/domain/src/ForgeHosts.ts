/** Which forge a git host is, by the configuration: `forge.hosts`, and the two older lists. */
import { Schema } from "effect"

/** `none`: its host has no API that is asked; what is delivered there is a branch. */
const ForgeId = Schema.Literals([
  "github",
  "gitlab",
  "gitea",
  "bitbucket-cloud",
  "bitbucket-data-center",
  "azure-devops",
  "none"
])
type ForgeId = typeof ForgeId.Type

const ApiUrl = Schema.String.check(Schema.isPattern(/^https?:\/\/[^/\s@?#]+(?:\/[^\s?#]*)?$/))

/** `api`: base URL of the REST API where it is not at the usual place of the host. */
export const ForgeHost = Schema.Struct({ kind: ForgeId, api: Schema.optionalKey(ApiUrl) })
export type ForgeHost = typeof ForgeHost.Type

export const ForgeHosts = Schema.Record(Schema.String, ForgeHost)
export type ForgeHosts = typeof ForgeHosts.Type

/** Of the configuration: forges by git host (`host`, or `host:port`), and the API by host of the two older lists. */
export interface ForgeSettings {
  readonly hosts?: ForgeHosts
  readonly githubHosts: Readonly<Record<string, string>>
  readonly giteaHosts: Readonly<Record<string, string>>
}

const older = (kind: ForgeId, hosts: Readonly<Record<string, string>>): ReadonlyArray<readonly [string, ForgeHost]> =>
  Object.entries(hosts).map(([host, api]) => [host.toLowerCase(), api === "" ? { kind } : { kind, api }])

/** Every host that the configuration names. */
export const namedForges = ({ giteaHosts, githubHosts, hosts = {} }: ForgeSettings): ReadonlyMap<string, ForgeHost> =>
  new Map([
    ...older("github", githubHosts),
    ...older("gitea", giteaHosts),
    ...Object.entries(hosts).map(([host, forge]) => [host.toLowerCase(), forge] as const)
  ])

/** An app at a forge, which gives tokens for the repositories that it is installed on: its id (or client id), and the git host it is at. */
export const ForgeApp = Schema.Struct({
  id: Schema.String.check(Schema.isPattern(/^[\w.-]{1,100}$/)),
  host: Schema.String
})
export type ForgeApp = typeof ForgeApp.Type
