import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, FileSystem, Stream } from "effect"
import { layerPodLogsFolder } from "../../src/EmbeddedPodLogs.ts"

const key = { podUid: "7124f7d9-d79a-4449-a004-f0c3c5682c52", container: "claude" }
const bytes = (text: string) => new TextEncoder().encode(text)

/** One process after the other on the same folder. */
const inProcess = <A, E>(folder: string, work: Effect.Effect<A, E, PodLogs>) =>
  work.pipe(Effect.provide(layerPodLogsFolder(folder), { local: true }))

const lines = (follow: boolean) =>
  Effect.gen(function*() {
    const { read } = yield* PodLogs
    return (yield* Stream.runCollect(read(key, { follow }))).map(({ text }) => text)
  })

const inFolder = <A, E, R>(test: (folder: string, files: FileSystem.FileSystem) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    return yield* test(yield* files.makeTempDirectoryScoped(), files)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

it.effect("a log outlives the process, whatever pieces it was printed in; followers of it end", () =>
  inFolder((folder) =>
    Effect.gen(function*() {
      const euro = bytes("€ 1\ntwo")
      yield* inProcess(
        folder,
        Effect.gen(function*() {
          const { append } = yield* PodLogs
          yield* append(key, euro.slice(0, 1))
          yield* append(key, euro.slice(1))
        })
      )
      assert.deepStrictEqual(yield* inProcess(folder, lines(false)), ["€ 1", "two"])
      assert.deepStrictEqual(yield* inProcess(folder, lines(true)), ["€ 1", "two"])
    })
  ))

it.effect("a piece that a crash cut short is dropped, the rest stays", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      yield* inProcess(folder, Effect.flatMap(PodLogs, ({ append }) => append(key, bytes("whole\n"))))
      const file = `${folder}/${key.podUid}/${key.container}.log`
      yield* files.writeFileString(file, `${yield* files.readFileString(file)}17000 aGFs!`)
      assert.deepStrictEqual(yield* inProcess(folder, lines(false)), ["whole"])
    })
  ))

it.effect("a pod that is removed leaves no file, and a folder that cannot be written only loses the past", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      yield* inProcess(
        folder,
        Effect.gen(function*() {
          const { append, remove } = yield* PodLogs
          yield* append(key, bytes("gone\n"))
          yield* remove(key.podUid)
        })
      )
      assert.isFalse(yield* files.exists(`${folder}/${key.podUid}`))
      yield* files.writeFileString(`${folder}/file`, "")
      const there = inProcess(
        `${folder}/file`,
        Effect.andThen(Effect.flatMap(PodLogs, ({ append }) => append(key, bytes("here\n"))), lines(false))
      )
      assert.deepStrictEqual(yield* there, ["here"])
    })
  ))
