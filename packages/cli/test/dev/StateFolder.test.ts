import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { layerSqlite } from "@orchestrator/embedded/PersistenceSqlite"
import { Effect, FileSystem, Layer } from "effect"
import { openStateFolder } from "../../src/dev/StateFolder.ts"

const inFolder = <A, E>(
  test: (folder: string, files: FileSystem.FileSystem) => Effect.Effect<A, E, NodeServices.NodeServices>
) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    return yield* test(yield* files.makeTempDirectoryScoped(), files)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

it.effect("the first start makes the folder, the second takes it up", () =>
  inFolder((folder) =>
    Effect.gen(function*() {
      const first = yield* openStateFolder(`${folder}/state`, { reset: false })
      const second = yield* openStateFolder(`${folder}/state`, { reset: false })
      assert.deepStrictEqual(first, second)
    })
  ))

it.effect("a folder of somebody else is refused, also with reset, and stays as it is", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      yield* files.writeFileString(`${folder}/thesis.txt`, "precious")
      const error = yield* Effect.flip(openStateFolder(folder, { reset: true }))
      assert.strictEqual(error._tag, "StateFolderError")
      assert.strictEqual(yield* files.readFileString(`${folder}/thesis.txt`), "precious")
    })
  ))

it.effect("a file in its place is refused as one", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      yield* files.writeFileString(`${folder}/state`, "")
      const error = yield* Effect.flip(openStateFolder(`${folder}/state`, { reset: false }))
      assert.include(error.message, "it is a file")
    })
  ))

it.effect("reset empties a folder of ours", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      yield* openStateFolder(`${folder}/state`, { reset: false })
      yield* files.writeFileString(`${folder}/state/cluster.sqlite`, "old")
      const again = yield* openStateFolder(`${folder}/state`, { reset: true })
      assert.isFalse(again.hasDemo)
      assert.isFalse(yield* files.exists(`${folder}/state/cluster.sqlite`))
    })
  ))

it.effect("the demo is remembered until the folder is emptied, whatever became of the start in between", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      const first = yield* openStateFolder(`${folder}/state`, { reset: false })
      assert.isFalse((yield* openStateFolder(`${folder}/state`, { reset: false })).hasDemo)
      yield* files.writeFileString(first.demoMarker, "")
      assert.isTrue((yield* openStateFolder(`${folder}/state`, { reset: false })).hasDemo)
      assert.isFalse((yield* openStateFolder(`${folder}/state`, { reset: true })).hasDemo)
    })
  ))

it.effect("a folder that another process works in is not emptied", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      const { database } = yield* openStateFolder(`${folder}/state`, { reset: false })
      yield* Layer.build(layerSqlite(database))
      const error = yield* Effect.flip(openStateFolder(`${folder}/state`, { reset: true }))
      assert.strictEqual(error._tag, "StateFolderError")
      assert.isTrue(yield* files.exists(database))
    }).pipe(Effect.scoped)
  ))

it.effect("a place where no folder can be made is said", () =>
  inFolder((folder, files) =>
    Effect.gen(function*() {
      yield* files.writeFileString(`${folder}/file`, "")
      const error = yield* Effect.flip(openStateFolder(`${folder}/file/state`, { reset: false }))
      assert.strictEqual(error._tag, "StateFolderError")
    })
  ))
