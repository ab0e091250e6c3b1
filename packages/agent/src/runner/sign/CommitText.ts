/** Commits as git stores them, to be signed: read and written byte by byte, so that nothing of them changes but what must. */
import { Buffer } from "node:buffer"
import type { Identity } from "../../git/GitSettings.ts"

export interface CommitText {
  /** Without signatures, each with the lines that continue it. */
  readonly headers: ReadonlyArray<string>
  readonly message: string
  /** What stands in a signature's header. */
  readonly signature: string | undefined
}

const isSignature = (header: string): boolean => /^gpgsig(?:-sha256)? /.test(header)

/** One character for each byte. */
export const parseCommit = (bytes: Uint8Array): CommitText => {
  const text = Buffer.from(bytes).toString("latin1")
  const end = text.indexOf("\n\n")
  const head = end < 0 ? text : text.slice(0, end)
  const headers = head.split(/\n(?! )/).filter((header) => header !== "")
  return {
    headers: headers.filter((header) => !isSignature(header)),
    message: end < 0 ? "" : text.slice(end + 2),
    signature: headers.find(isSignature)?.replace(/^\S+ /, "").replaceAll("\n ", "\n")
  }
}

export const parentsOf = ({ headers }: CommitText): ReadonlyArray<string> =>
  headers.flatMap((header) => /^parent ([0-9a-f]+)$/.exec(header)?.[1] ?? [])

const committerOf = ({ headers }: CommitText): string | undefined =>
  headers.flatMap((header) => /^committer (.*>) /.exec(header)?.[1] ?? [])[0]

/** As latin1, which is how commits are read here. */
const inBytes = (text: string): string => Buffer.from(text).toString("latin1")

const named = ({ email, name }: Identity): string => inBytes(`${name} <${email}>`)

/** Whether a signature was made with this public key: it carries the key with which it can be checked. */
const isBy = (signature: string, publicKey: string): boolean => {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64")
  const [, armored = ""] = /^-----BEGIN SSH SIGNATURE-----\n([\s\S]*?)\n?-----END SSH SIGNATURE-----/.exec(signature) ??
    []
  return blob.length > 0 && Buffer.from(armored, "base64").includes(blob)
}

/** Whether a commit stays as it is: signed by us, or by somebody else who committed it. */
export const staysAsItIs = (commit: CommitText, publicKey: string, user: Identity): boolean =>
  commit.signature !== undefined && (isBy(commit.signature, publicKey) || committerOf(commit) !== named(user))

/** The commit on these parents, committed by this user at the same time. */
export const recommitted = (
  { headers, message }: CommitText,
  renamed: ReadonlyMap<string, string>,
  user: Identity
): Uint8Array => {
  const lines = headers.map((header) =>
    header
      .replace(/^parent ([0-9a-f]+)$/, (_, id: string) => `parent ${renamed.get(id) ?? id}`)
      .replace(/^committer .*>(?= )/, () => `committer ${named(user)}`)
  )
  return Buffer.from(`${lines.join("\n")}\n\n${message}`, "latin1")
}

/** The commit with this armored signature, where git looks for it. */
export const withSignature = (payload: Uint8Array, signature: string, idLength: number): Uint8Array => {
  const text = Buffer.from(payload).toString("latin1")
  const end = text.indexOf("\n\n")
  const name = idLength === 64 ? "gpgsig-sha256" : "gpgsig"
  const header = `${name} ${signature.trimEnd().split("\n").join("\n ")}`
  return Buffer.from(`${text.slice(0, end)}\n${header}${text.slice(end)}`, "latin1")
}
