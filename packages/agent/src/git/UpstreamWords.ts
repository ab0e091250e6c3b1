/** What a remote's words mean. Pure: the words are git's, in English (LC_ALL=C). */
import { isUnreached, unreached } from "@orchestrator/domain/PushWords"
import { lastWords } from "./Git.ts"

const transient =
  /could not resolve host|temporary failure in name resolution|connection (?:timed out|reset|refused)|could(?: not|n't) connect to server|operation timed out|early eof|unexpected disconnect|the remote end hung up unexpectedly|rpc failed|returned error: (?:429|5\d\d)|kex_exchange_identification|network is unreachable|no route to host|empty reply from server|broken pipe/i

/** There was no connection that git would use, so nobody on the other side has said anything. */
const unconnected =
  /host key verification failed|remote host identification has changed|no \S+ host key is known|certificate|gnutls_handshake|ssl_error|tls connect error|ssl connect|wrong version number|no user exists for uid|transport '\w+' not allowed/i

/** Whether trying again may help. */
export const isTransient = (words: string): boolean => transient.test(words)

/** Words for a push that no remote has answered; others as they are. */
export const unanswered = (reason: string, words = reason): string =>
  !isUnreached(reason) && (isTransient(words) || unconnected.test(words)) ? `${unreached}: ${reason}` : reason

/**
 * The branch that work starts from where nobody names one: the remote's HEAD, or what it most likely means when HEAD names a branch that is
 * not there. Undefined where that would be a guess.
 */
const startOf = (head: string | undefined, heads: ReadonlyMap<string, string>): string | undefined => {
  const known = [head, "main", "master"].find((name) => name !== undefined && heads.has(name))
  return known ?? (heads.size === 1 ? [...heads.keys()][0] : undefined)
}

/** Says which branches a remote has, and what to do where none of them is the one to start from. */
export const noStart = (heads: ReadonlyMap<string, string>): string => {
  if (heads.size === 0) return "it has no branch, and so no commit to start from: push one first"
  const names = [...heads.keys()]
  const shown = names.slice(0, 8).join(", ")
  const more = names.length > 8 ? ` and ${names.length - 8} more` : ""
  return `its HEAD names no branch that is there, and it has neither main nor master but ${shown}${more}: ` +
    "set forge.pullRequest.base in the configuration to the one to start from, or the remote's HEAD"
}

/** What the remote's default branch and branches are, from `git ls-remote --symref`. */
export const parseRemote = (listing: string) => {
  const heads = new Map<string, string>()
  let head: string | undefined
  for (const line of listing.split("\n")) {
    const symbolic = /^ref: refs\/heads\/(.+)\tHEAD$/.exec(line)
    const branch = /^([0-9a-f]{40,64})\trefs\/heads\/(.+)$/.exec(line)
    if (symbolic?.[1] !== undefined) head = symbolic[1]
    if (branch?.[1] !== undefined && branch[2] !== undefined) heads.set(branch[2], branch[1])
  }
  return { defaultBranch: startOf(head, heads), heads }
}

/** What git says of the ref that was refused, from `git push --porcelain`. */
const refusedRef = (porcelain: string): string | undefined => {
  const line = porcelain.split("\n").find((candidate) => candidate.startsWith("!\t"))
  return line === undefined ? undefined : line.split("\t")[2] ?? "[rejected]"
}

/** The remote's words when it refused a ref; undefined when no ref was refused. */
export const refusal = (porcelain: string, stderr: string): string | undefined => {
  const summary = refusedRef(porcelain)
  if (summary === undefined) return undefined
  const said = stderr.split(/[\r\n]+/)
    .filter((candidate) => candidate.startsWith("remote:"))
    .map((candidate) => candidate.slice("remote:".length).trim())
    .filter((candidate) => candidate !== "")
  return said.length > 0 ? `${summary}: ${lastWords(said.join("\n"))}` : summary
}

/** The same of a broker, whose one sentence has the remote's words in it already. */
export const brokersRefusal = (porcelain: string): string | undefined =>
  refusedRef(porcelain)?.replace(/^\[remote rejected\] \((.*)\)$/s, "$1")

/** Whether the remote refused because its branch has commits that ours does not. */
export const isBehind = (words: string): boolean => /non-fast-forward|fetch first|stale info/.test(words)

/** What a person can do about a remote that does not let us in; empty where git's words say enough. */
export const advice = (words: string, githubUser: string): string => {
  if (/host key verification failed|no .* host key is known/i.test(words)) {
    return ` Add the host's keys as known_hosts to the Secret with ${githubUser}'s ssh key.`
  }
  if (/permission denied \(publickey/i.test(words)) return ` Check ${githubUser}'s ssh key in its Secret.`
  if (
    /could not read (?:username|password)|authentication failed|returned error: 403|repository not found/i.test(words)
  ) {
    return ` Check ${githubUser}'s token in its Secret, and its permissions.`
  }
  return /transport '.*' not allowed/i.test(words) ? " Check git.allowedProtocols in the configuration." : ""
}

/** A broker's sentence without what git and the broker put before it: the remote is named already. */
export const brokersReason = (words: string): string =>
  words.replace(/^(?:fatal: )?remote error: (?:cannot read \S+: )?/, "")
