/**
 * Which hosts a run may name as remotes, and which of them the GitHub user's token is for. An entry is a host, for the usual port of the
 * scheme, or `host:port`. Where no list is written it is the forges that are configured; `*` lets runs name any host, and gives none a token.
 */
import { type ForgeHosts, type ForgeSettings, namedForges } from "./ForgeHosts.ts"

export interface GitAddress {
  /** `https`, `http`, `ssh`, `file`; empty where it is no address. */
  readonly protocol: string
  /** Lower case; empty where there is none. */
  readonly host: string
  /** Where it is not the usual one of the protocol. */
  readonly port?: string
  readonly path: string
}

const usual: Readonly<Record<string, string>> = { https: "443", http: "80", ssh: "22" }

/** What a git URL names, scp-like addresses included. What programs read in different ways (`?`, `#`, `\` or a second `@`) is no address. */
export const gitAddress = (url: string): GitAddress => {
  const scp = /^[\w.-]+@([^:/]+):(.*)$/su.exec(url)
  if (scp !== null) return { protocol: "ssh", host: (scp[1] ?? "").toLowerCase(), path: scp[2] ?? "" }
  const parts = /^([a-z]+):\/\/(?:[^/?#@\\]*@)?(\[[^\]]*\]|[^/:?#@\\]*)(?::(\d+))?(\/.*)?$/isu.exec(url)
  const [, scheme = "", host = "", port, path = ""] = parts ?? []
  const protocol = scheme.toLowerCase()
  const other = port === undefined || port === usual[protocol] ? {} : { port }
  return { protocol, host: host.toLowerCase(), ...other, path }
}

export interface HostPolicy extends ForgeSettings {
  /** Of the configuration; empty: the forges. */
  readonly allowedHosts: ReadonlyArray<string>
  /** Mirrors by the beginning of the URLs that they stand for. */
  readonly insteadOf: Readonly<Record<string, string>>
}

/** As the environment of a pod has it. */
export const hostPolicyOf = (environment: {
  readonly gitAllowedHosts: string
  readonly forgeHosts: ForgeHosts
  readonly forgeGithubHosts: HostPolicy["githubHosts"]
  readonly forgeGiteaHosts: HostPolicy["giteaHosts"]
  readonly gitInsteadOf: HostPolicy["insteadOf"]
}): HostPolicy => ({
  allowedHosts: environment.gitAllowedHosts.split(","),
  hosts: environment.forgeHosts,
  githubHosts: environment.forgeGithubHosts,
  giteaHosts: environment.forgeGiteaHosts,
  insteadOf: environment.gitInsteadOf
})

/** github.com, and where it takes ssh through firewalls. */
const github = ["github.com", "ssh.github.com:443"]

const hostsOf = (urls: ReadonlyArray<string>): ReadonlyArray<string> =>
  urls.map(gitAddress).filter(({ host }) => host !== "").map(({ host, port }) =>
    port === undefined ? host : `${host}:${port}`
  )

const entriesOf = ({ allowedHosts }: HostPolicy): ReadonlyArray<string> =>
  allowedHosts.map((entry) => entry.trim().toLowerCase()).filter((entry) => entry !== "")

/** Forges, and what mirrors stand for: the administrator has named them. */
const configured = (policy: HostPolicy): ReadonlyArray<string> => [
  ...new Set([...github, ...namedForges(policy).keys(), ...hostsOf(Object.keys(policy.insteadOf))])
]

/** Hosts that runs may name; `*` among them is any. */
export const allowedHosts = (policy: HostPolicy): ReadonlyArray<string> => {
  const entries = entriesOf(policy)
  return entries.length === 0 ? configured(policy) : entries
}

const holds = (entries: ReadonlyArray<string>, { host, port, protocol }: GitAddress): boolean =>
  host !== "" &&
  (port === undefined && entries.includes(host) || entries.includes(`${host}:${port ?? usual[protocol] ?? ""}`))

/** Whether a run may name this remote. Files have no host; `git.allowedProtocols` says whether they may be named. */
export const mayBeNamed = (url: string, policy: HostPolicy): boolean => {
  const address = gitAddress(url)
  const entries = allowedHosts(policy)
  return address.protocol === "file" || entries.includes("*") || holds(entries, address)
}

/** Whether the token is for the host of this address, as git is given it: a host that is named in the configuration, or its mirror. */
export const takesToken = (address: string, policy: HostPolicy): boolean => {
  const entries = allowedHosts(policy)
  const named = entries.includes("*")
    ? [...entries.filter((entry) => entry !== "*"), ...configured(policy)]
    : entries
  return holds([...named, ...hostsOf(Object.values(policy.insteadOf))], gitAddress(address))
}

/** What was expected, for whoever wrote the run. */
export const expectedHost = (policy: HostPolicy): string =>
  `a host in git.allowedHosts (${allowedHosts(policy).join(", ")})`
