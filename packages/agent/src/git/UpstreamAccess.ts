/**
 * How git reaches a remote with this run's credentials. The token travels in an environment variable that a credential helper reads; it
 * is in no URL, file or argument, and it is offered to the host of the repository alone, never in clear over a network.
 */
import { allowedHosts, type HostPolicy } from "@orchestrator/domain/GitHosts"
import { shellWord } from "@orchestrator/domain/ShellWord"
import { forgeHosts } from "../forge/Forges.ts"
import { basicCredentials, type Endpoint } from "../runner/services/Endpoint.ts"

/** What to add to a git command. */
export interface Access {
  readonly settings: ReadonlyArray<readonly [key: string, value: string]>
  readonly environment: Readonly<Record<string, string>>
}

/** How a run's broker is reached. */
export interface BrokerRoute {
  readonly endpoint: Endpoint
  /** The agent's own way to the target; undefined where it has no credentials, and the broker is its way too. */
  readonly ownAccess: Access | undefined
}

/** The variable that the helper reads. What programs of one forge read themselves (`GH_TOKEN`) is not for another's token. */
const tokenVariable = "ORCHESTRATOR_GIT_TOKEN"

/** The variable with the user's name beside it, which some hosts want to be the right one. */
const userVariable = "ORCHESTRATOR_GIT_USER"

const helper =
  `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$${userVariable}" "$${tokenVariable}"; }; f`

/** Says why there is no token, which git hands on, and has git ask nobody else. */
const refusingHelper =
  `!f() { test "$1" = get && { printf 'fatal: %s\\n' "$${userVariable}" >&2; printf 'quit=1\\n'; }; }; f`

export const noAccess: Access = { settings: [], environment: {} }

const isLoopback = (host: string) => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)

/** Scheme and host (with port) of an http address; undefined for any other address, and for one that is not safe for a token. */
export const tokenOrigin = (url: string): string | undefined => {
  const match = /^(https?):\/\/([^/@]+)(?:\/|$)/i.exec(url)
  if (match === null) return undefined
  const [, scheme = "", host = ""] = match
  return scheme.toLowerCase() === "https" || isLoopback(host.replace(/:\d+$/, ""))
    ? `${scheme.toLowerCase()}://${host}`
    : undefined
}

/** Access by token; nothing where the address does not take one. */
export const tokenAccess = (url: string, token: string | undefined, user = "x-access-token"): Access => {
  const origin = tokenOrigin(url)
  return origin === undefined || token === undefined || token === ""
    ? noAccess
    : {
      settings: [[`credential.${origin}.helper`, helper]],
      environment: { [tokenVariable]: token, [userVariable]: user }
    }
}

/** Where a token should be and could not be had: git ends with these words. */
export const refusedAccess = (url: string, words: string): Access => {
  const origin = tokenOrigin(url)
  return origin === undefined ? noAccess : {
    settings: [[`credential.${origin}.helper`, refusingHelper]],
    environment: { [userVariable]: words }
  }
}

/** A forge sends on who asks for a repository by its old name, to itself; nobody else sends us from a host that we may use to one that we may not. */
export const redirects = (policy: HostPolicy): Access["settings"] => [
  ["http.followRedirects", allowedHosts(policy).includes("*") ? "initial" : "false"],
  ...forgeHosts(policy).map((host) => [`http.https://${host}/.followRedirects`, "initial"] as const)
]

/** Access to a broker. It may take minutes over its first look at a large remote, and no proxy knows the way to it. */
export const brokerAccess = (endpoint: Endpoint): Access => ({
  settings: [
    [`http.${endpoint.url}/.extraHeader`, `Authorization: Basic ${basicCredentials(endpoint)}`],
    [`http.${endpoint.url}/.proxy`, ""],
    [`http.${endpoint.url}/.lowSpeedLimit`, "0"]
  ],
  environment: {}
})

/** The ssh command: this key and no other, these host keys and no others, no question asked. */
export const sshCommand = (files: { readonly key: string | undefined; readonly knownHosts: string }): string =>
  [
    "ssh",
    "-F",
    "/dev/null",
    ...(files.key === undefined ? [] : ["-i", shellWord(files.key)]),
    ...[
      "IdentitiesOnly=yes",
      "IdentityAgent=none",
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${shellWord(files.knownHosts)}`,
      "GlobalKnownHostsFile=/dev/null",
      "ForwardAgent=no",
      "ConnectTimeout=20",
      "ServerAliveInterval=15"
    ].flatMap((option) => ["-o", option])
  ].join(" ")

/** The address to use where mirrors are configured; the longest matching beginning counts, as in git. */
export const mirrored = (url: string, insteadOf: Readonly<Record<string, string>>): string => {
  const prefix = Object.keys(insteadOf).filter((key) => key !== "" && url.startsWith(key))
    .sort((left, right) => right.length - left.length)[0]
  return prefix === undefined ? url : `${insteadOf[prefix] ?? ""}${url.slice(prefix.length)}`
}

/** The same mirrors as settings of git. */
export const mirrorSettings = (insteadOf: Readonly<Record<string, string>>): Access["settings"] =>
  Object.entries(insteadOf).map(([prefix, base]) => [`url.${base}.insteadOf`, prefix])
