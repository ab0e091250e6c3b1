/** Addresses that requesters chose: only what is a repository is opened, and of a checkout only what a push writes. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { localRemotes } from "../../src/node/LocalRemotes.ts"

const nothing = { readable: [], writable: [] }

const made = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const root = yield* files.realPath(yield* files.makeTempDirectoryScoped())
  for (const [head, objects] of [["bare.git/HEAD", "bare.git/objects"], ["work/.git/HEAD", "work/.git/objects"]]) {
    yield* files.makeDirectory(`${root}/${objects}`, { recursive: true })
    yield* files.writeFileString(`${root}/${head}`, "ref: refs/heads/main\n")
  }
  yield* files.makeDirectory(`${root}/plain/.ssh`, { recursive: true })
  return root
})

it.effect("a bare repository may be written, of a checkout its .git", () =>
  Effect.gen(function*() {
    const root = yield* made
    const find = (url: string) => localRemotes({ URL: url }, ["URL", "OTHER"])
    assert.deepStrictEqual(yield* find(`file://${root}/bare.git`), { readable: [], writable: [`${root}/bare.git`] })
    assert.deepStrictEqual(yield* find(`file://${root}/work`), {
      readable: [`${root}/work`],
      writable: [`${root}/work/.git`]
    })
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

it.effect("nothing else is opened: no folder without a repository, no other host, no other scheme, no other variable", () =>
  Effect.gen(function*() {
    const root = yield* made
    const urls = [
      "file:///",
      `file://${root}`,
      `file://${root}/plain`,
      `file://${root}/plain/.ssh`,
      `file://elsewhere${root}/bare.git`,
      `${root}/bare.git`,
      `https://host${root}/bare.git`,
      `file://${root}/bare.git/../plain`,
      "file://%",
      ""
    ]
    for (const url of urls) assert.deepStrictEqual(yield* localRemotes({ URL: url }, ["URL"]), nothing, url)
    assert.deepStrictEqual(yield* localRemotes({ PROMPT: `file://${root}/bare.git` }, ["URL"]), nothing)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
