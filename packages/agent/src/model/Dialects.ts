/** The dialects of model APIs that the broker speaks, and where it serves them. Each is loaded when it is spoken for the first time. */
import { Effect } from "effect"
import { chatPath, generateContentPath, messagesPath, responsesPath } from "../pod/Endpoint.ts"
import type { ModelDialect } from "./ModelDialect.ts"

export interface ServedDialect {
  /** The API's paths are below. */
  readonly mount: string
  readonly load: Effect.Effect<ModelDialect>
}

const served = (mount: string, load: () => Promise<ModelDialect>): ServedDialect => ({
  mount,
  load: Effect.promise(load)
})

export const dialects: ReadonlyArray<ServedDialect> = [
  served(messagesPath, () => import("./messages/Messages.ts").then(({ messages }) => messages)),
  served(responsesPath, () => import("./responses/Responses.ts").then(({ responses }) => responses)),
  served(chatPath, () => import("./chat/Chat.ts").then(({ chat }) => chat)),
  served(generateContentPath, () => import("./gemini/Gemini.ts").then(({ gemini }) => gemini))
]

/** The dialect that is served at this path. */
export const dialectAt = (path: string): ServedDialect | undefined =>
  dialects.find(({ mount }) => path === mount || path.startsWith(`${mount}/`))
