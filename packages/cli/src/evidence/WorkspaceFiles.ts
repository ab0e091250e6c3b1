/**
 * What runners leave of attempts on a workspace, as it is read back. Whatever is there an agent may have put there: no link is followed,
 * nothing but a file is opened, and of a long one the newest part is read. What is printed begins with a line that says whether there is any.
 */
import { isPlainPath, namesIn, readPlain } from "@orchestrator/agent/pod/Plain"
import type { EvidenceFile } from "@orchestrator/domain/Evidence"
import { Console, Effect, Option, Schema } from "effect"

/** First line of what the reader prints. */
const foundMark = "evidence: found"
const noneMark = "evidence: none"

/** Of one file on the workspace; what a node keeps of a container's log is not much more. */
const largestFile = 33_554_432
const mostPrinted = 8_388_608

/** Names on the workspace, the older part first. */
const parts: Readonly<Record<EvidenceFile, ReadonlyArray<string>>> = {
  "log.txt": ["log.old", "log"],
  "transcript.jsonl": ["transcript.jsonl.old", "transcript.jsonl"],
  "result.json": ["result.json"],
  "diff.patch": ["diff.patch"]
}

const isJson = Schema.is(Schema.fromJsonString(Schema.Json))

/** From the beginning of a line. */
const newest = (text: string): string => {
  if (text.length <= mostPrinted) return text
  const cut = text.slice(-mostPrinted)
  return cut.slice(cut.indexOf("\n") + 1)
}

/** Undefined: there is none. */
export const workspaceFile = Effect.fn("WorkspaceFiles.read")(
  function*(workspace: string, uid: string, attempt: string, file: EvidenceFile) {
    const folder = `.orchestrator/${uid}/${attempt}`
    if (!/^[\w-]+$/.test(uid) || !/^[\w-]+$/.test(attempt) || !(yield* isPlainPath(workspace, folder))) return undefined
    const here = new Set(yield* namesIn(`${workspace}/${folder}`))
    const texts = yield* Effect.forEach(
      parts[file].filter((name) => here.has(name)),
      (name) => readPlain(`${workspace}/${folder}/${name}`, largestFile)
    )
    const known = texts.filter((text) => text !== undefined)
    if (known.length === 0) return undefined
    const text = known.join("")
    // The runner's word alone: on a workspace there is no other.
    if (file === "result.json") return `{"agent":${isJson(text) ? text.trim() : "null"},"broker":null}\n`
    return newest(text)
  }
)

/** What the reader's pod does. */
export const printWorkspaceFile = Effect.fnUntraced(function*(...asked: Parameters<typeof workspaceFile>) {
  const text = yield* workspaceFile(...asked)
  yield* Console.log(text === undefined ? noneMark : `${foundMark}\n${text.replace(/\n$/, "")}`)
})

/** What a reader has printed, without its first line; none where there is none, and undefined where it says neither. */
export const printedFile = (text: string): Option.Option<string> | undefined => {
  const end = text.indexOf("\n")
  const first = end < 0 ? text : text.slice(0, end)
  return first === noneMark
    ? Option.none()
    : first === foundMark
    ? Option.some(text.slice(first.length + 1))
    : undefined
}
