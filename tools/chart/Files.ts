/** The files that are made from chart/values.yaml, as they would be now. */
import { Effect, FileSystem, Path } from "effect"
import { fileURLToPath } from "node:url"
import { defaultValues, knownValues, valuesSchema, withTable } from "./ValuesDocuments.ts"
import { readValues } from "./ValuesFile.ts"

/** Folder of the chart. */
export const chart = fileURLToPath(new URL("../../chart", import.meta.url))

/** The text of a file of the chart; empty when there is none. */
export const readChartFile = Effect.fn("readChartFile")(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  return yield* fs.readFileString(join(chart, path)).pipe(Effect.orElseSucceed(() => ""))
})

export const writeChartFile = Effect.fn("writeChartFile")(function*(path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const { dirname, join } = yield* Path.Path
  yield* fs.makeDirectory(dirname(join(chart, path)), { recursive: true })
  yield* fs.writeFileString(join(chart, path), text)
})

export const chartValues = Effect.map(readChartFile("values.yaml"), readValues)

/** Text by path from the chart's folder. */
export const madeFromValues = Effect.gen(function*() {
  const values = yield* chartValues
  return new Map([
    ["values.schema.json", valuesSchema(values)],
    ["files/known-values.yaml", knownValues(values)],
    ["files/default-values.yaml", defaultValues(values)],
    ["README.md", withTable(yield* readChartFile("README.md"), values)]
  ])
})
