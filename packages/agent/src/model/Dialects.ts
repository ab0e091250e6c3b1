/** The dialects of model APIs that the broker speaks. */
import { messages } from "./messages/Messages.ts"
import type { ModelDialect } from "./ModelDialect.ts"

export const dialects: ReadonlyArray<ModelDialect> = [messages]

/** The dialect that is served at this path. */
export const dialectAt = (path: string): ModelDialect | undefined =>
  dialects.find(({ mount }) => path === mount || path.startsWith(`${mount}/`))
