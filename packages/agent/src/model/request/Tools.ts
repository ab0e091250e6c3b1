/** Tools that are written in a request; one that is not allowed refuses it. */
import { Predicate, Result } from "effect"
import { bytesOf, type Extra, nothing } from "./Extra.ts"
import { type OrRefusal, refuse, toolRefused } from "./Parts.ts"
import { rowOf, type Rows } from "./Rules.ts"

export const ofTool = (tool: object): Extra => ({ ...nothing, largestTool: bytesOf(tool) })

/** By the type alone; `own` is that of a tool which names none. */
export const toolCheck = (rows: Rows, own: string) => (tool: unknown): OrRefusal<Extra> => {
  if (!Predicate.isObject(tool)) return refuse("tools: expected a list of objects.")
  const type: unknown = Reflect.get(tool, "type") ?? own
  const row = rowOf(rows, typeof type === "string" ? type : "*")
  return row?.treatment === "allowed" ? Result.succeed(ofTool(tool)) : toolRefused(type, row)
}
