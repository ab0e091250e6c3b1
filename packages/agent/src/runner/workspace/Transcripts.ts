/** Transcripts as an agent keeps them, below a folder of its own or where they were put away: with the same paths in both. */
import { Effect, FileSystem, Option } from "effect"
import type { SessionFiles } from "../../agents/AgentCli.ts"
import { largestTranscript } from "../../agents/Session.ts"
import { namesIn } from "../../pod/Plain.ts"

const deepest = 8

const name = /^[A-Za-z0-9._-]+$/

export interface Found {
  readonly id: string
  /** Below the folder of transcripts. */
  readonly place: string
  readonly path: string
  readonly time: number
}

export const folderOf = (place: string): string => place.split("/").slice(0, -1).join("/")

/** The files of one transcript, itself among them. */
export const filesOf = (one: Found, all: ReadonlyArray<Found>): ReadonlyArray<Found> =>
  all.filter(({ id, place }) => id === one.id && folderOf(place) === folderOf(one.place))

/** Newest first: files of their own, of a bearable size. */
export const transcriptsIn = Effect.fnUntraced(function*({ idOf }: SessionFiles, root: string) {
  const fs = yield* FileSystem.FileSystem
  const found: Array<Found> = []
  const visit = (folder: string, depth: number): Effect.Effect<void> =>
    Effect.gen(function*() {
      const names = yield* namesIn(folder === "" ? root : `${root}/${folder}`)
      for (const each of names.filter((one) => name.test(one) && !/^\.+$/.test(one))) {
        const place = folder === "" ? each : `${folder}/${each}`
        const path = `${root}/${place}`
        const id = idOf(place)
        if (id === undefined) {
          if (depth < deepest) yield* visit(place, depth + 1)
          continue
        }
        const info = yield* Effect.option(fs.lstat(path))
        if (Option.isNone(info) || info.value.type !== "File" || Number(info.value.size) > largestTranscript) continue
        const time = Option.match(info.value.mtime, { onNone: () => 0, onSome: (at) => at.getTime() })
        found.push({ id, place, path, time })
      }
    }).pipe(Effect.provideService(FileSystem.FileSystem, fs))
  yield* visit("", 1)
  return found.toSorted((left, right) => right.time - left.time)
})
