/** How a scripted model speaks one API. */

/** What a model says or does in one answer. */
export type Answer =
  /** Ended with the API's word for an answer that is not whole. */
  | { readonly text: string; readonly ends?: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> }

export interface Turn {
  /** 0 for the first request of an agent that is asked for an answer. */
  readonly index: number
  /** Counts all turns: ids of calls are never used twice, since a resumed session has the earlier ones. */
  readonly number: number
  /** Everything that the model is told, as JSON. */
  readonly body: string
  readonly model: string
  /** Text of every message so far, tool results included. */
  readonly texts: ReadonlyArray<string>
  /** Names of the tools that the agent offers. */
  readonly tools: ReadonlyArray<string>
  readonly streams: boolean
}

export interface Dialect {
  readonly serves: (path: string) => boolean
  readonly read: (body: string, path: string) => Pick<Turn, "model" | "streams" | "texts" | "tools">
  readonly whole: (answer: Answer, turn: Turn) => object
  readonly stream: (answer: Answer, turn: Turn) => string
  /** What a stream is cut before: something of the answer has come, and it is not whole. */
  readonly cutBefore: string
  readonly error: (status: number, type: string, message: string) => object
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An object from a text that is one. */
export const objectOf = (text: string): Readonly<Record<string, unknown>> => {
  const parsed: unknown = JSON.parse(text)
  return isRecord(parsed) ? parsed : {}
}

/** Every text below a value that stands under one of these keys, in order. */
export const textsIn = (value: unknown, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, keys))
  return isRecord(value) ? keys.flatMap((key) => textsIn(value[key], keys)) : []
}

export const namesIn = (tools: unknown): ReadonlyArray<string> =>
  (Array.isArray(tools) ? tools : []).flatMap((tool) =>
    isRecord(tool) && typeof tool["name"] === "string" ? [tool["name"]] : []
  )

export const event = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
