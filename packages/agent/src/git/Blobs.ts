/** Reading many blobs by one process. */
import { Effect } from "effect"
import { Git, GitError, lastWords } from "./Git.ts"

const newline = 10

/** The texts of `git cat-file --batch`, by object: a line with object, kind and size, the bytes, a newline. Undefined where one is missing. */
export const parseBatch = (bytes: Uint8Array): ReadonlyMap<string, string> | undefined => {
  const decoder = new TextDecoder()
  const texts = new Map<string, string>()
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(newline, at)
    const [, object, size] = /^([0-9a-f]+) blob (\d+)$/.exec(decoder.decode(bytes.subarray(at, end))) ?? []
    if (object === undefined) return undefined
    at = end + 1 + Number(size)
    texts.set(object, decoder.decode(bytes.subarray(end + 1, at)))
    at += 1
  }
  return texts
}

/** The texts of these blobs, by object. */
export const readBlobs = Effect.fn("Blobs.read")(function*(gitDir: string, objects: ReadonlyArray<string>) {
  const git = yield* Git
  const { bytes, exitCode, stderr, stdout } = yield* git.ask({ gitDir }, ["cat-file", "--batch"], {
    input: objects.map((object) => `${object}\n`).join("")
  })
  const texts = exitCode === 0 ? parseBatch(bytes) : undefined
  return texts ??
    (yield* new GitError({ operation: "cat-file", exitCode, words: lastWords(stderr === "" ? stdout : stderr) }))
})
