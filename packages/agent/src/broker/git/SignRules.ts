/**
 * What the broker signs: a commit as git hands it to a signer, committed by the run's user. A signature says that a run of this user made the
 * commit; who wrote a change is the author's line, as with every commit that somebody picks or rebases.
 */
import type { Identity } from "../../git/GitSettings.ts"

/** Of what is to be signed: a commit's files are no part of it. */
export const largestCommit = 1_048_576

const id = "(?:[0-9a-f]{40}|[0-9a-f]{64})"
/** As `git fsck` wants it; some tools leave the name empty. */
const person = "[^\\n<>]* <[^\\n<>]*> \\d{1,12} [+-]\\d{4}"
/**
 * What git (`encoding`, `mergetag`) and other tools (`change-id`, `HG:extra`) put behind the committer; further lines of a header begin with
 * a space. Nothing that a commit has once, and no signature: what somebody else has signed is not signed as ours.
 */
const header =
  "(?!(?:tree|parent|author|committer|object|type|tag|tagger|gpgsig[\\w-]*) )[A-Za-z][\\w:.-]* [^\\n]*\\n(?: [^\\n]*\\n)*"
const commit = new RegExp(
  `^tree ${id}\\n(?:parent ${id}\\n)*author ${person}\\ncommitter ([^\\n<>]+) <([^\\n<>]*)> \\d{1,12} [+-]\\d{4}\\n(?:${header})*\\n`
)

/** A sentence when it is not signed. */
export const signRefusal = (bytes: Uint8Array, { email, name }: Identity): string | undefined => {
  if (bytes.length > largestCommit) return `a commit of more than ${largestCommit / 1024} KiB is not signed`
  const text = Buffer.from(bytes).toString("latin1")
  const [, byName, byEmail] = commit.exec(text) ?? []
  if (byName === undefined || byEmail === undefined || text.includes("\0")) {
    return "only commits are signed, as git hands them to a signer"
  }
  const latin = (word: string) => Buffer.from(word).toString("latin1")
  return byName === latin(name) && byEmail === latin(email)
    ? undefined
    : `only commits of the committer ${name} <${email}> are signed`
}
