import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { checkCommands, readsEnvironment } from "../../src/runner/Commands.ts"
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
      const said = yield* checkCommands("claude", `/nonexistent:${folder}`).pipe(
        Effect.asVoid,
        Effect.catch(({ message }) => Effect.succeed(message))
      )
      removeFolder(folder)
      if (lacks === undefined) assert.isUndefined(said)
      else assert.include(said ?? "", lacks)
    }).pipe(Effect.provide(NodeServices.layer)))
})

describe("git", () => {
  it.each([
    { version: "git version 2.30.2", want: false },
    { version: "git version 1.99.0", want: false },
    { version: "git version 2.31.0", want: true },
    { version: "git version 2.39.5 (Apple Git-154)", want: true },
    { version: "git version 3.0.0", want: true },
    { version: "something else", want: false }
  ])(
    "as $version reads settings from its environment: $want",
    ({ version, want }) => assert.strictEqual(readsEnvironment(version), want)
  )
})
