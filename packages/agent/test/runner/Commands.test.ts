import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { checkCommands } from "../../src/runner/Commands.ts"
import { removeFolder, tempFolder } from "../fixtures/Remotes.ts"

describe("an image that lacks a command", () => {
  it.effect.each([
    { has: ["bash", "git", "claude"], lacks: undefined },
    { has: ["bash", "claude"], lacks: "no git on" },
    { has: ["git"], lacks: "no bash, no claude on" }
  ])("$lacks is named", ({ has, lacks }) =>
    Effect.gen(function*() {
      const folder = tempFolder()
      for (const name of has) {
        writeFileSync(join(folder, `${name}-1`), "")
        chmodSync(join(folder, `${name}-1`), 0o755)
        symlinkSync(`${name}-1`, join(folder, name))
      }
      const said = yield* checkCommands(`/nonexistent:${folder}`).pipe(
        Effect.asVoid,
        Effect.catch(({ message }) => Effect.succeed(message))
      )
      removeFolder(folder)
      if (lacks === undefined) assert.isUndefined(said)
      else assert.include(said ?? "", lacks)
    }).pipe(Effect.provide(NodeServices.layer)))
})
