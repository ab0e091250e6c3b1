/** `node tools/build/ForTests.ts runner|broker FOLDER`: one program of the pod, complete as soon as it has its name. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Stdio } from "effect"
import { fileURLToPath } from "node:url"
import { bundle } from "./Bundle.ts"
import { programs } from "./Programs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const program = Effect.gen(function*() {
  const [name, folder = ""] = yield* (yield* Stdio.Stdio).args
  const made = name === "runner" ? programs.runner : programs.broker
  const main = `${made.name}.mjs`
  const fs = yield* FileSystem.FileSystem
  yield* bundle(root, made, false, `${folder}/${made.name}.making`)
  const parts = (yield* fs.readDirectory(`${folder}/${made.name}.making`)).filter((file) => file !== main)
  for (const file of [...parts, main]) yield* fs.rename(`${folder}/${made.name}.making/${file}`, `${folder}/${file}`)
})

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
