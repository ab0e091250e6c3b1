/** `node tools/build/ForTests.ts runner|broker FOLDER`: one program of the pod, complete as soon as it has its name. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Stdio } from "effect"
import { fileURLToPath } from "node:url"
import { bundle } from "./Bundle.ts"
import { programs } from "./Programs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const program = Effect.gen(function*() {
  const [name, folder = ""] = yield* (yield* Stdio.Stdio).args
  const { name: file, ...rest } = name === "runner" ? programs.runner : programs.broker
  const fs = yield* FileSystem.FileSystem
  yield* bundle(root, { ...rest, name: `${file}.new` }, false, folder)
  yield* fs.rename(`${folder}/${file}.new.mjs`, `${folder}/${file}.mjs`)
})

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
