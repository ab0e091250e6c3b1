/** Headers that pass. */
import type { Headers } from "../ModelDialect.ts"

export const picked = (headers: Headers, goes: (name: string) => boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && goes(name) ? [[name, value] as const] : []
    )
  )
