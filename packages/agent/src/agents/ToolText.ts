/** How calls of tools are told, whichever agent's they are. */
import { Option, Schema } from "effect"

const decodeJson = Schema.decodeUnknownOption(Schema.Json)

/** A value as JSON has it. */
export const jsonOf = (value: unknown): Schema.Json => Option.getOrElse(decodeJson(value), () => null)

/** A text as it is, anything else as JSON. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value)

export const callLine = (name: string, telling: string): string => `agent > ${name} ${telling}`.trimEnd()

export const answerLine = (failed: boolean, output: string): string =>
  failed ? `agent < error: ${output}` : `agent < ${output || "done"}`

/** Of a call that is told when it has ended. */
export const toolLines = (
  { name, telling }: { readonly name: string; readonly telling: string },
  { failed, output }: { readonly failed: boolean; readonly output: string },
  brief: (text: string) => string
): ReadonlyArray<string> => [callLine(name, brief(telling)), answerLine(failed, brief(output))]
