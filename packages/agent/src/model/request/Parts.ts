/**
 * Parts of every dialect's check. A request is parsed, checked and written anew, so that no second key, odd spelling or encoding means
 * something else to the API than to us.
 */
import { Predicate, Result } from "effect"
import type { Policy, Refusal } from "../ModelDialect.ts"
import { type Row, rowOf, type Rows } from "./Rules.ts"

export type Json = Readonly<Record<string, unknown>>
export type OrRefusal<A> = Result.Result<A, Refusal>

export const refuse = (message: string): Result.Result<never, Refusal> => Result.fail({ kind: "Invalid", message })

/** Names as models have them; what comes into messages and statuses is one. */
const modelName = /^[\w.:/@[\]-]{1,200}$/

/** `[1m]` is one CLI's way to ask for a longer context; no API knows it. */
const withoutSuffix = (model: string): string => model.replace(/\[1m\]$/, "")

/** Far above what any model takes. */
export const mostTokens = 2_000_000

/** Values in a body that anybody asks with; more is there to fill our memory. */
const mostValues = 2_000_000

const utf8 = new TextDecoder("utf-8", { fatal: true })

export const parsed = (bytes: Uint8Array): OrRefusal<Json> => {
  let values = 0
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values++
  if (values > mostValues) {
    return Result.fail({ kind: "TooLarge", message: "The request has more values than any model reads." })
  }
  const json = Result.try((): unknown => JSON.parse(utf8.decode(bytes)))
  return Result.isSuccess(json) && Predicate.isObject(json.success)
    ? Result.succeed(json.success)
    : refuse("The request has no JSON object in UTF-8 as its body.")
}

export const written = (fields: Json): OrRefusal<string> =>
  Result.mapError(
    Result.try(() => JSON.stringify(fields)),
    (): Refusal => ({ kind: "Invalid", message: "The request is nested too deep." })
  )

export const checkModel = (model: unknown, { allowed, model: own }: Policy): OrRefusal<string> => {
  if (typeof model !== "string" || !modelName.test(model)) return refuse("model: expected the name of a model.")
  if (own === undefined || model === withoutSuffix(own) || allowed.some((each) => model.startsWith(each))) {
    return Result.succeed(model)
  }
  const others = allowed.map((each) => `${each}*`).join(", ")
  return Result.fail({
    kind: "Invalid",
    message: `This run may not use ${model}. Its model is ${withoutSuffix(own)}${
      others === "" ? "" : `, beside it ${others}`
    }. Continue with one of these.`,
    model
  })
}

/** Whether an answer of this model to a request with tools is a turn of the agent, and no side request of its CLI. */
export const isTurn = (model: string, tools: number, { model: own }: Policy): boolean =>
  tools > 0 && (own === undefined || model === withoutSuffix(own))

export const isTokens = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= mostTokens

/** A bound on the answer's tokens, where one is named. */
export const tokensNamed = (value: unknown, name: string): OrRefusal<number | undefined> =>
  value === undefined || value === null
    ? Result.succeed(undefined)
    : isTokens(value)
    ? Result.succeed(value)
    : refuse(`${name}: expected a whole number from 0 to ${mostTokens}.`)

/** Whether the answer is to come as a stream. */
export const streamOf = (value: unknown): OrRefusal<boolean> =>
  value === undefined || typeof value === "boolean"
    ? Result.succeed(value === true)
    : refuse("stream: expected true or false.")

export const listOf = (value: unknown, name: string): OrRefusal<ReadonlyArray<unknown>> =>
  value === undefined || value === null
    ? Result.succeed([])
    : Array.isArray(value)
    ? Result.succeed(value)
    : refuse(`${name}: expected a list.`)

/** The fields that go on, each as far as it may. */
export const fieldsOf = (
  request: Json,
  rows: Rows,
  narrowed: (name: string, value: unknown) => unknown = (_, value) => value
): OrRefusal<Json> => {
  const kept: Array<readonly [string, unknown]> = []
  for (const [name, value] of Object.entries(request)) {
    const row = rowOf(rows, name)
    if (row?.treatment === "refused" && value !== null && value !== false) {
      return refuse(`${name} is not available in this run: ${row.reason}. Continue without it.`)
    }
    if (row?.treatment === "allowed") kept.push([name, narrowed(name, value)])
  }
  return Result.succeed(Object.fromEntries(kept))
}

/** Of an object the parts with these names. */
export const only = (value: unknown, names: RegExp): unknown =>
  Predicate.isObject(value) && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([key]) => names.test(key)))
    : value

export const toolRefused = (type: unknown, row: Row | undefined): Result.Result<never, Refusal> =>
  refuse(`The tool ${JSON.stringify(type)} is not available in this run: ${row?.reason}. Continue without it.`)
