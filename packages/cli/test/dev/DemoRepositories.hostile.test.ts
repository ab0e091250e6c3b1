/** A first start that is ended while it makes the demo's remotes leaves nothing that a later one stumbles over. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem } from "effect"
import { makeDemoRepositories } from "../../src/dev/DemoRepositories.ts"

const remotes = ["docs.git", "hello-api.git"]

/** Files that the remotes begin with, and the folder for them. */
const folders = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const root = yield* files.makeTempDirectoryScoped()
  for (const part of ["target", "docs"]) {
    yield* files.makeDirectory(`${root}/examples/${part}`, { recursive: true })
    yield* files.writeFileString(`${root}/examples/${part}/README.md`, "demo\n")
  }
  yield* files.makeDirectory(`${root}/git`)
  const made = Effect.map(
    files.readDirectory(`${root}/git`),
    (names) => names.filter((name) => !name.startsWith(".")).toSorted()
  )
  return { files, git: `${root}/git`, make: makeDemoRepositories(`${root}/examples`, `${root}/git`), made }
})

it.live("what an earlier start left half made is no remote, and in nobody's way", () =>
  Effect.gen(function*() {
    const { files, git, make, made } = yield* folders
    for (const rest of ["hello-api.git.making", "hello-api.git.made", "docs.git.made", ".docs-a/made"]) {
      yield* files.makeDirectory(`${git}/${rest}/objects`, { recursive: true })
    }
    yield* make
    assert.includeMembers(yield* made, remotes)
    assert.isTrue(yield* files.exists(`${git}/hello-api.git/HEAD`))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), 20_000)

it.live(
  "a start that is interrupted leaves no remote that is not whole, two at once make each once",
  () =>
    Effect.gen(function*() {
      const { files, git, make, made } = yield* folders
      const first = yield* Effect.forkChild(make)
      yield* Effect.sleep("20 millis")
      yield* Fiber.interrupt(first)
      for (const name of yield* made) assert.isTrue(yield* files.exists(`${git}/${name}/HEAD`), name)
      yield* Effect.all([make, make], { concurrency: 2 })
      assert.deepStrictEqual(yield* made, remotes)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
  20_000
)
