/** Submodules as the broker gives them: those of the branch that the work starts from, at the commits that it pins. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { asked, fetched, library, link, startWithHosts } from "../fixtures/Submodules.ts"

const gone = "0123456789abcdef0123456789abcdef01234567"

describe("the submodules of a run", () => {
  it.live("come by relative and absolute addresses, nested, and at old commits; the others are named with a reason", () =>
    Effect.gen(function*() {
      const { folder, home, root, start, target } = yield* startWithHosts
      const [inner = ""] = library(join(root, "group", "inner.git"), "inner")
      const [old = "", newest = ""] = library(join(root, "lib.git"), "old", "new")
      library(join(root, "group", "outer.git"), "outer")
      const outer = link(join(root, "group", "outer.git"), [{ path: "deep/inner", url: "../inner.git", commit: inner }])
      link(target, [
        { path: "lib", url: "../lib.git", commit: old },
        { path: "same", url: `${home.url}/lib.git`, commit: newest },
        { path: "outer", url: "../group/outer.git", commit: outer },
        { path: "private", url: "../private.git", commit: old },
        { path: "lost", url: "../lib.git", commit: gone }
      ])
      const broker = yield* start()
      const all = yield* asked(broker)
      assert.deepStrictEqual(
        all.map(({ path, problem }) => [path, problem === undefined]),
        [["lib", true], ["same", true], ["outer", true], ["private", false], ["lost", false], [
          "outer/deep/inner",
          true
        ]]
      )
      const texts = yield* Effect.forEach(
        all.filter(({ problem }) => problem === undefined),
        ({ commit, id }) => fetched(broker, folder, id, commit)
      )
      assert.deepStrictEqual(texts.map(({ text }) => text), ["old", "new", "outer", "inner"])
      assert.include(
        all.find(({ path }) => path === "private")?.problem,
        "there is no such repository, or the user may not"
      )
      assert.deepStrictEqual(yield* asked<{ readonly known: boolean }>(broker, `/0/${newest}`), { known: true })
      assert.strictEqual((yield* fetched(broker, folder, 0, newest)).text, "new")
    }))
})
