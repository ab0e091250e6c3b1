import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { removeObstacles } from "../../../src/runner/workspace/Obstacles.ts"
import { removeFolder, tempFolder } from "../../fixtures/Remotes.ts"

it.live("a tree that git cannot walk can be walked afterwards, and nothing outside of it has changed", () =>
  Effect.gen(function*() {
    const folder = tempFolder()
    const [tree, outside] = [join(folder, "tree"), join(folder, "outside")]
    mkdirSync(join(tree, "shut", "inner"), { recursive: true })
    mkdirSync(join(tree, ".git"))
    mkdirSync(outside)
    writeFileSync(join(outside, "file"), "")
    symlinkSync(outside, join(tree, "away"))
    for (const name of ["shut/inner/x", "secret", "run.sh", ".git/HEAD"]) writeFileSync(join(tree, name), "x")
    execFileSync("bash", ["-c", "mkfifo pipe shut/inner/pipe ../outside/pipe .git/pipe"], { cwd: tree })
    chmodSync(join(tree, "run.sh"), 0o755)
    for (const name of ["secret", "shut/inner", "shut"]) chmodSync(join(tree, name), 0)
    for (const name of ["file", ""]) chmodSync(join(outside, name), 0o500)

    yield* removeObstacles({ gitDir: join(tree, ".git"), workTree: tree })

    const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8)
    assert.deepStrictEqual(
      ["shut", "shut/inner", "secret", "run.sh"].map((name) => modeOf(join(tree, name))),
      ["700", "700", "400", "755"]
    )
    assert.isFalse(existsSync(join(tree, "pipe")) || existsSync(join(tree, "shut", "inner", "pipe")))
    assert.isTrue(lstatSync(join(tree, ".git", "pipe")).isFIFO() && lstatSync(join(outside, "pipe")).isFIFO())
    assert.deepStrictEqual([modeOf(outside), modeOf(join(outside, "file"))], ["500", "500"])
    chmodSync(outside, 0o700)
    removeFolder(folder)
  }).pipe(Effect.provide(NodeServices.layer)))
