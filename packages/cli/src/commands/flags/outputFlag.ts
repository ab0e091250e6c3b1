/** `-o`: the format of what is printed. */
import { Flag } from "effect/cli"
import { outputFormats } from "../../show/OutputFormat.ts"

export const outputFlag = Flag.Literals("output", outputFormats).pipe(
  Flag.withAlias("o"),
  Flag.withMetavar(outputFormats.join("|")),
  Flag.withDescription("Format of the output; default table"),
  Flag.withDefault("table")
)
