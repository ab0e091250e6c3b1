/**
 * Which submodules of a repository a run may have, by what `.gitmodules` and the tree say of them. Both are written by whoever may push:
 * an address passes the rules of the run's own repositories, a path is a plain one of git's tree, and names are not used at all.
 */
import { withoutUser } from "@orchestrator/domain/AddressUser"
import { allowedHosts, gitAddress, type HostPolicy, mayBeNamed } from "@orchestrator/domain/GitHosts"
import { printable } from "@orchestrator/domain/Printable"
import { GitUrl } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"

export interface NamedModule {
  readonly path: string
  readonly url: string
}

/** Paths and addresses of a `.gitmodules`, from `git config --list -z`. */
export const parseModules = (listing: string): ReadonlyArray<NamedModule> => {
  const modules = new Map<string, { path?: string; url?: string }>()
  for (const entry of listing.split("\0")) {
    const [key = "", value = ""] = entry.split(/\n(.*)/s)
    const [, name, field] = /^submodule\.(.+)\.(path|url)$/s.exec(key) ?? []
    if (name !== undefined) modules.set(name, { ...modules.get(name), [field === "path" ? "path" : "url"]: value })
  }
  return [...modules.values()].flatMap(({ path, url }) =>
    path === undefined || url === undefined ? [] : [{ path, url }]
  )
}

/** Commit by path of the links in `git ls-tree -z`. */
export const parsePins = (listing: string): ReadonlyMap<string, string> =>
  new Map(
    listing.split("\0").flatMap((entry) => {
      const [, commit, path] = /^160000 commit ([0-9a-f]{40}|[0-9a-f]{64})\t(.*)$/s.exec(entry) ?? []
      return commit === undefined || path === undefined ? [] : [[path, commit] as const]
    })
  )

/** Whether it has line breaks, or what nobody sees. */
const hides = (text: string): boolean => printable(text) !== text
/** Some file systems do not tell names apart by these. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu

const isGitFolder = (part: string): boolean => /^(?:\.git|git~\d+)[ .]*(?::.*)?$/iu.test(part.replaceAll(ignorable, ""))

/** Why nothing is checked out at a path; undefined where it can be. */
export const pathRefusal = (path: string): string | undefined => {
  const parts = path.split("/")
  if (path.length > 1024 || hides(path) || /[\\\ufffd]/u.test(path)) return "its path has odd characters"
  if (parts.some((part) => part.startsWith("-"))) return "its path begins like an option"
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "its path leads elsewhere"
  return parts.some(isGitFolder) ? "its path is one of git's own" : undefined
}

/** What an address of `.gitmodules` names, seen from its repository, as git resolves it; undefined where that has no such place. */
export const resolveUrl = (url: string, parent: string): string | undefined => {
  if (!/^\.\.?\//.test(url)) return url
  let base = parent.replace(/\/$/, "")
  let rest = url
  let separator = "/"
  while (/^\.\.?\//.test(rest)) {
    if (rest.startsWith("../")) {
      const end = base.includes("/") ? base.lastIndexOf("/") : base.lastIndexOf(":")
      if (end < 0) return undefined
      if (base[end] === ":") separator = ":"
      base = base.slice(0, end)
    }
    rest = rest.slice(rest.indexOf("/") + 1)
  }
  return `${base}${separator}${rest}`.replace(/\/$/, "")
}

export interface UrlRules {
  /** The run's own repositories. */
  readonly own: ReadonlyArray<string>
  readonly hosts: HostPolicy
}

const isGitUrl = Schema.is(GitUrl)
/** What git, proxies and file systems read in different ways. */
const odd = /[?#\\"'`<>{}|^\s]|%(?:2e|2f|5c|[01][0-9a-f]|7f)|\/\.\.?(?:\/|$)|:\.\.?(?:\/|$)|[^:]\/\//iu

const folderOf = (url: string): string => url.slice(0, url.lastIndexOf("/"))

/** Whether an address is at the host of one of the run's own repositories, and no less safe: the credentials are for no other. */
export const isOwnHost = (url: string, own: ReadonlyArray<string>): boolean => {
  const { host, port, protocol } = gitAddress(url)
  return own.some((each) => {
    const mine = gitAddress(each)
    return mine.host === host && mine.port === port && (protocol !== "http" || mine.protocol === "http")
  })
}

/** Why an address is not fetched; undefined where it may be. `url` is resolved already, `written` is what `.gitmodules` says. */
export const urlRefusal = (url: string, written: string, { hosts, own }: UrlRules): string | undefined => {
  if (!isGitUrl(url) || hides(url) || odd.test(withoutUser(url).replace(/^[a-z]+:\/\//iu, ""))) {
    return "its address is not one of https, ssh or git@host:path"
  }
  const { host, port, protocol } = gitAddress(url)
  if (protocol === "file") {
    const beside = written.startsWith("../") && own.some((each) => folderOf(each) === folderOf(url))
    return beside ? undefined : "its address is a path of this machine"
  }
  const named = printable(port === undefined ? host : `${host}:${port}`, { max: 200 })
  if (host === "" || !mayBeNamed(url, hosts)) {
    return `its host ${named} is not in git.allowedHosts (${allowedHosts(hosts).join(", ")})`
  }
  return protocol === "ssh" && !isOwnHost(url, own)
    ? `its host ${named} is not the run's own, which alone the ssh key is for: give it an https address`
    : undefined
}
