/**
 * What the init container does with the ConfigMap of an attempt: copies it to where the agent's container reads it, if it is what the Job
 * says. What is written is what was checked, so that a ConfigMap which changes in the meantime, or afterwards, changes nothing.
 */
import { filesRefusedExitCode, filesText } from "@orchestrator/domain/AttemptFiles"
import { filesDigestVariable } from "@orchestrator/domain/PodEnvironment"
import { Effect, FileSystem, Path, Runtime, Schema } from "effect"
import { createHash } from "node:crypto"

/** The files are not those of the attempt. */
export class FilesRefused extends Schema.TaggedError<FilesRefused>()("FilesRefused", {
  expected: Schema.String,
  found: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = filesRefusedExitCode
  override get message(): string {
    return `The attempt's files do not match the digest in its Job: expected ${this.expected} `
      + `(${filesDigestVariable}), found ${this.found}. Someone else created or changed the ConfigMap.`
  }
}

/** Larger than any ConfigMap. */
const most = 4 * 1024 * 1024

const digestOf = (files: Readonly<Record<string, string>>): string =>
  createHash("sha256").update(filesText(files)).digest("hex")

/** Texts by name. What a volume keeps for itself begins with two dots, which no key of a ConfigMap does. */
const readFiles = Effect.fnUntraced(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const texts: Record<string, string> = {}
  let room = most
  for (const name of (yield* fs.readDirectory(folder)).filter((name) => !name.startsWith(".."))) {
    const bytes = yield* fs.readFile(path.join(folder, name))
    room -= bytes.length
    if (room < 0) return undefined
    texts[name] = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
  }
  return texts
})

export const placeCheckedFiles = Effect.fn("CheckedFiles.place")(function*(
  { digest, from, to }: { readonly digest: string; readonly from: string; readonly to: string }
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const files = yield* readFiles(from)
  const found = files === undefined ? "too much to read" : digestOf(files)
  if (files === undefined || found !== digest) return yield* new FilesRefused({ expected: digest, found })
  for (const [name, text] of Object.entries(files)) {
    const place = path.join(to, name)
    yield* fs.writeFileString(`${place}.new`, text)
    yield* fs.chmod(`${place}.new`, 0o555)
    yield* fs.rename(`${place}.new`, place)
  }
})
