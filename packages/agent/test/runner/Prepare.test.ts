import { NodeServices } from "@effect/platform-node"
import { afterEach, assert, beforeEach, it } from "@effect/vitest"
import { parseAgentResult } from "@orchestrator/domain/AgentResult"
import { Effect, Result } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { prepareFromCheckout, prepareFromImage } from "../../src/runner/Prepare.ts"
import { removeFolder, tempFolder } from "../fixtures/Remotes.ts"

let folder: string
beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => removeFolder(folder))

const says = (runner: string) => execFileSync(runner, { encoding: "utf8" }).trim()

it.live("from a checkout the runner starts this Node on the sources, whatever their path", () =>
  Effect.gen(function*() {
    const entry = join(folder, "it's the entry.mjs")
    writeFileSync(entry, "console.log('from', 'sources')")
    const target = join(folder, "runner dir")
    yield* prepareFromCheckout({ folder: target, node: process.execPath, entry })
    yield* prepareFromCheckout({ folder: target, node: process.execPath, entry })
    assert.strictEqual(says(join(target, "runner")), "from sources")
  }).pipe(Effect.provide(NodeServices.layer)))

it.live("from the image the runner brings its own Node and works wherever the folder is mounted", () =>
  Effect.gen(function*() {
    const bundle = join(folder, "bundle.mjs")
    const node = join(folder, "node")
    writeFileSync(bundle, "console.log((await import('./bundle-part.mjs')).words)")
    writeFileSync(join(folder, "bundle-part.mjs"), "export const words = 'bundle'")
    writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' "$@"\n`)
    yield* prepareFromImage({ folder: join(folder, "a"), node, bundle })
    symlinkSync(join(folder, "a"), join(folder, "mounted here"))
    assert.strictEqual(says(join(folder, "mounted here", "runner")), "bundle")
  }).pipe(Effect.provide(NodeServices.layer)))

it.live("an image that cannot run this Node uses its own, or says that there is none", () =>
  Effect.gen(function*() {
    const bundle = join(folder, "bundle.mjs")
    const node = join(folder, "node")
    writeFileSync(bundle, "console.log('by the image')")
    writeFileSync(node, "no program")
    const target = join(folder, "a")
    yield* prepareFromImage({ folder: target, node, bundle })
    const run = (PATH: string) =>
      spawnSync(join(target, "runner"), {
        encoding: "utf8",
        env: { PATH, TERMINATION_MESSAGE_PATH: join(folder, "result") }
      })
    const own = join(folder, "bin")
    mkdirSync(own)
    assert.strictEqual(run(own).status, 1)
    const result = Result.getOrThrow(parseAgentResult(readFileSync(join(folder, "result"), "utf8")))
    assert.deepInclude(result, { outcome: "Failed", reason: "SetupFailed" })
    symlinkSync(process.execPath, join(own, "node"))
    assert.strictEqual(run(own).stdout.trim(), "by the image")
  }).pipe(Effect.provide(NodeServices.layer)))
