/**
 * What git may read. A reused workspace is hostile input: its `.git/config` could name commands (filters, drivers, helpers, hooks), so
 * we write that file ourselves and keep only what describes the storage; hooks, monitors and foreign settings are off besides.
 */
import type { Environment } from "../pod/Environment.ts"

/** Settings as the environment variables that git reads like `-c`, so that nothing of them shows in argv. */
export const configEnvironment = (settings: ReadonlyArray<readonly [key: string, value: string]>): Environment => ({
  GIT_CONFIG_COUNT: String(settings.length),
  ...Object.fromEntries(settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value]
  ]))
})

/** In force for every git command that the runner starts. */
export const hardened: ReadonlyArray<readonly [key: string, value: string]> = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.untrackedCache", "false"],
  ["core.attributesFile", "/dev/null"],
  ["core.excludesFile", "/dev/null"],
  ["core.askPass", ""],
  ["core.editor", "true"],
  ["core.pager", "cat"],
  ["core.quotePath", "false"],
  ["credential.helper", ""],
  ["commit.gpgSign", "false"],
  ["tag.gpgSign", "false"],
  ["protocol.ext.allow", "never"],
  ["submodule.recurse", "false"],
  ["diff.ignoreSubmodules", "dirty"],
  ["fetch.recurseSubmodules", "false"],
  ["push.recurseSubmodules", "no"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["http.lowSpeedLimit", "1000"],
  ["http.lowSpeedTime", "60"],
  ["advice.detachedHead", "false"],
  ["safe.directory", "*"]
]

/** The variables beside the settings: no user files, no questions, plain English. */
export const quietEnvironment = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_DEFAULT_REF_FORMAT: "files",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_EDITOR: "true",
  GIT_MERGE_AUTOEDIT: "no",
  LC_ALL: "C"
}

const describesStorage =
  /^(?:core\.(?:repositoryformatversion|filemode|ignorecase|symlinks|precomposeunicode|logallrefupdates)|extensions\.(?:objectformat|refstorage))$/

/** Entries of `git config --list -z` that say how the repository is stored, and nothing else. */
export const storageSettings = (listing: string): ReadonlyArray<readonly [key: string, value: string]> =>
  listing.split("\0").flatMap((entry) => {
    const [key = "", value = "true"] = entry.split(/\n(.*)/s)
    return describesStorage.test(key) && /^[\w-]*$/.test(value) ? [[key, value] as const] : []
  })

const quoted = (value: string) => `"${value.replace(/[\\"]/g, "\\$&")}"`

/** The `.git/config` of a working tree: storage, our remote, our identity; a plain `git push` of the agent pushes its branch. */
export const repositoryConfig = (options: {
  readonly storage: ReadonlyArray<readonly [key: string, value: string]>
  readonly origin: string
  readonly user: { readonly name: string; readonly email: string }
  /** Program and public key by which commits are signed. */
  readonly signing?: { readonly program: string; readonly key: string } | undefined
}): string => {
  const kept = new Map(options.storage)
  const line = (key: string, fallback?: string) => {
    const value = kept.get(key) ?? fallback
    return value === undefined ? [] : [`\t${key.slice(key.indexOf(".") + 1)} = ${value}`]
  }
  const extensions = [...line("extensions.objectformat"), ...line("extensions.refstorage")]
  return [
    "[core]",
    ...line("core.repositoryformatversion", extensions.length > 0 ? "1" : "0"),
    ...line("core.filemode", "true"),
    ...line("core.ignorecase"),
    ...line("core.symlinks"),
    ...line("core.precomposeunicode"),
    "\tbare = false",
    ...line("core.logallrefupdates", "true"),
    ...(extensions.length > 0 ? ["[extensions]", ...extensions] : []),
    "[remote \"origin\"]",
    `\turl = ${quoted(options.origin)}`,
    "\tfetch = +refs/heads/*:refs/remotes/origin/*",
    "[user]",
    `\tname = ${quoted(options.user.name)}`,
    `\temail = ${quoted(options.user.email)}`,
    ...(options.signing === undefined ? [] : [
      `\tsigningKey = ${quoted(options.signing.key)}`,
      "[commit]",
      "\tgpgSign = true",
      "[gpg]",
      "\tformat = ssh",
      "[gpg \"ssh\"]",
      `\tprogram = ${quoted(options.signing.program)}`
    ]),
    "[push]",
    "\tdefault = current",
    "\tautoSetupRemote = true",
    ""
  ].join("\n")
}

export interface Identity {
  readonly name: string
  readonly email: string
}

/** Name and address under which a GitHub user commits. */
export const identityOf = (githubUser: string): Identity => ({
  name: githubUser,
  email: `${githubUser}@users.noreply.github.com`
})
