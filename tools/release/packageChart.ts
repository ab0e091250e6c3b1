/**
 * `npm run release:chart -- IMAGES DESTINATION`: packages the chart with the images that the file IMAGES names as its defaults. The working
 * copy stays as it is.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Data, Effect, FileSystem, Path, Stdio } from "effect"
import { ChildProcess } from "effect/process"
import { chart } from "../chart/Files.ts"
import { findHelm } from "../chart/Helm.ts"
import { defaultValues, knownValues, valuesSchema, withTable } from "../chart/ValuesDocuments.ts"
import { readValues } from "../chart/ValuesFile.ts"
import { readImages, withImagesAnnotation, withReleasedImages } from "./ChartOfRelease.ts"

class NotPackaged extends Data.TaggedError("NotPackaged")<{ readonly message: string }> {}

const program = Effect.gen(function*() {
  const [images, destination] = yield* (yield* Stdio.Stdio).args
  if (images === undefined || destination === undefined) {
    return yield* new NotPackaged({ message: "expected: npm run release:chart -- dist/images.txt dist" })
  }
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const released = yield* Effect.fromResult(readImages(yield* fs.readFileString(images)))
  const folder = join(yield* fs.makeTempDirectoryScoped({ prefix: "chart-" }), "orchestrator")
  yield* fs.copy(chart, folder)
  const change = Effect.fnUntraced(function*(file: string, changed: (text: string) => string) {
    yield* fs.writeFileString(join(folder, file), changed(yield* fs.readFileString(join(folder, file))))
  })
  const text = yield* Effect.fromResult(
    withReleasedImages(yield* fs.readFileString(join(folder, "values.yaml")), released)
  )
  const values = readValues(text)
  yield* change("values.yaml", () => text)
  yield* change("values.schema.json", () => valuesSchema(values))
  yield* change("files/known-values.yaml", () => knownValues(values))
  yield* change("files/default-values.yaml", () => defaultValues(values))
  yield* change("README.md", (readme) => withTable(readme, values))
  yield* change("Chart.yaml", (yaml) => withImagesAnnotation(yaml, released))
  const helm = yield* ChildProcess.make(yield* findHelm, ["package", folder, "--destination", destination], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit"
  })
  const code = yield* helm.exitCode
  if (code !== 0) return yield* new NotPackaged({ message: `helm package ended with ${code}` })
}).pipe(
  Effect.scoped,
  Effect.mapError((error) => typeof error === "string" ? new NotPackaged({ message: error }) : error)
)

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
