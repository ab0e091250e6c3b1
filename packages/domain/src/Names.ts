/**
 * The one place where names are made. Every name is a DNS label of at most 63 characters, the same for the same input, and different
 * for different runs, context versions and retries.
 */
import { fnv1a } from "./Hash.ts"
import type { AttemptKey } from "./Retry.ts"

const limit = 63

/** Lower-case letters, digits and single dashes, neither first nor last; `x` when nothing is left. */
export const sanitize = (text: string): string =>
  sanitized.test(text) ? text : text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "x"

const sanitized = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

const usualUid = /^[0-9a-f]{8}[0-9a-f-]*$/

/** First eight hexadecimal digits of a UID. */
export const shortUid = (uid: string): string => {
  if (usualUid.test(uid)) return uid.slice(0, 8)
  const hex = uid.replaceAll("-", "").toLowerCase()
  return /^[0-9a-f]{8,}$/.test(hex) ? hex.slice(0, 8) : fnv1a(uid).slice(0, 8)
}

const joined = (prefix: string, middle: string, suffix: string): string => {
  const room = limit - prefix.length - suffix.length - 2
  const cut = sanitize(middle).slice(0, room).replace(/-+$/, "")
  return `${prefix}-${cut}-${suffix}`
}

/** A Job that was named anew, since another object has its name. */
const suffixed = (uid: string, again: string | undefined): string =>
  again === undefined ? shortUid(uid) : `${shortUid(uid)}-${again}`

const retrySuffix = (retry: number) => (retry === 0 ? "" : `r${retry}-`)

/** Job of one attempt of a CodeRun: `code-<run>-v<contextVersion>[-r<retry>]-<uid8>`; named anew, with `-<again>`. */
export const codeJobName = (
  run: string,
  uid: string,
  { contextVersion, retry }: AttemptKey,
  again?: string
): string => joined("code", run, `v${contextVersion}-${retrySuffix(retry)}${suffixed(uid, again)}`)

/** Job of a DocsRun: `docs-<run>[-r<retry>]-<uid8>`; named anew, with `-<again>`. */
export const docsJobName = (run: string, uid: string, retry: number, again?: string): string =>
  joined("docs", run, `${retrySuffix(retry)}${suffixed(uid, again)}`)

/** ConfigMap of an attempt: the nonce keeps everybody from making it first. */
export const filesName = (jobName: string, nonce: string): string => `${jobName}-${nonce}`

/**
 * PersistentVolumeClaim of a service: `workspace-{service}` as it is where the service's name can be part of a Kubernetes name, else
 * sanitised and with a hash, so that `Api` and `api` do not share a folder.
 */
export const workspaceName = (service: string): string => {
  const clean = sanitize(service)
  const plain = `workspace-${clean}`
  return clean === service && plain.length <= limit ? plain : joined("workspace", clean, fnv1a(service).slice(0, 8))
}

/** The same with the hash of whoever shares the service's name with others: `workspace-{service}-{hash}`. */
export const hashedWorkspaceName = (service: string, hash: string): string => joined("workspace", service, hash)

/** The Lease by which one replica at a time controls the runs. */
export const leaderLease = "orchestrator-controller"

/** Secret with `ssh-privatekey` and `ssh-publickey` of a GitHub user. */
export const sshSecretName = (githubUser: string): string => `github-ssh-${sanitize(githubUser)}`

/** Secret with `token` of a GitHub user. */
export const tokenSecretName = (githubUser: string): string => `github-token-${sanitize(githubUser)}`

/** Secret with `token`, and perhaps `username`, of the same user for hosts that are in `forge.hosts`. */
export const gitTokenSecretName = (githubUser: string): string => `git-token-${sanitize(githubUser)}`

/** Secret with the key that signs a GitHub user's commits, by the configuration's name for it. */
export const signingSecretName = (configured: string, githubUser: string): string =>
  configured.replace("{githubUser}", sanitize(githubUser))

/** Short enough for a file's name, which is what git may make of a branch. */
const ofRun = (run: string, uid: string): string => `${sanitize(run).slice(0, 200).replace(/-+$/, "")}-${shortUid(uid)}`

export interface CodeBranches {
  readonly plain: string
  /** The branch to use when the remote has one of the plain name that belongs to another run. */
  readonly own: string
}

/** Branches of a CodeRun: of the task that it implements, or where it has only a prompt its own. */
export const codeBranches = (
  { name, taskId, uid }: { readonly name: string; readonly uid: string; readonly taskId: number | undefined }
): CodeBranches => {
  const plain = taskId === undefined ? `feature/${ofRun(name, uid)}` : `feature/task-${taskId}-implementation`
  return { plain, own: taskId === undefined ? plain : `${plain}-${shortUid(uid)}` }
}

/** Branch of a DocsRun. */
export const docsBranchName = (run: string, uid: string): string => `docs/${ofRun(run, uid)}`
