/** A state folder is believed only as far as nobody else could have written it. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Redacted } from "effect"
import { findLocalServer } from "../../src/connect/LocalServer.ts"

const inState = Effect.fnUntraced(function*(modes: { readonly server: number; readonly token: number }) {
  const files = yield* FileSystem.FileSystem
  const root = yield* files.makeTempDirectoryScoped()
  yield* files.makeDirectory(`${root}/.orchestrator`, { mode: 0o700 })
  yield* files.makeDirectory(`${root}/deep/er`, { recursive: true })
  yield* files.writeFileString(`${root}/.orchestrator/server`, "http://127.0.0.1:4711\n", { mode: modes.server })
  yield* files.writeFileString(`${root}/.orchestrator/token`, "not-a-real-token\n", { mode: modes.token })
  return root
})

const ours = { server: 0o600, token: 0o600 }

it.effect("it is found from any folder below, and by its name", () =>
  Effect.gen(function*() {
    const root = yield* inState(ours)
    for (
      const found of [
        yield* findLocalServer(undefined, `${root}/deep/er`),
        yield* findLocalServer(".orchestrator", root)
      ]
    ) {
      assert.strictEqual(found?.url, "http://127.0.0.1:4711")
      assert.strictEqual(found?.token === undefined ? "" : Redacted.value(found.token), "not-a-real-token")
    }
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

it.effect("an address that others could have written is not asked, so that no token goes there", () =>
  Effect.gen(function*() {
    const root = yield* inState({ ...ours, server: 0o666 })
    const files = yield* FileSystem.FileSystem
    yield* files.chmod(`${root}/.orchestrator/server`, 0o666)
    assert.isUndefined(yield* findLocalServer(undefined, root))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

it.effect("a token that others could have read is not sent", () =>
  Effect.gen(function*() {
    const root = yield* inState(ours)
    const files = yield* FileSystem.FileSystem
    yield* files.chmod(`${root}/.orchestrator/token`, 0o644)
    assert.isUndefined((yield* findLocalServer(undefined, root))?.token)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
