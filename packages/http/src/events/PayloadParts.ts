/** What the payloads of all forges have in common: only what is used is read, with the narrowest types. */
import { gitAddress } from "@orchestrator/domain/GitHosts"
import { Option, Schema } from "effect"
import type { ForgePlace } from "./ForgeEvent.ts"

export const Id = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))
export const Commit = Schema.String.check(Schema.isPattern(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/))
/** Of a branch. */
export const Ref = Schema.String.check(Schema.isMaxLength(250))

export const read = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownOption(schema)
  return (payload: unknown): S["Type"] | undefined => Option.getOrUndefined(decode(payload))
}

/** Whether a text says something to the agent. */
export const isCommand = (text: string): boolean => /^\/agent\b/m.test(text)

/**
 * `page`: of the repository. Undefined where that is no page, or another repository's: who may write is asked of the one, and runs are found
 * by the other.
 */
export const placeAt = (given: string, repository: string): ForgePlace | undefined => {
  const { host, port, protocol } = gitAddress(given)
  const page = given.replace(/\/$/, "")
  if (host === "" || !/^https?$/.test(protocol)) return undefined
  if (!page.toLowerCase().endsWith(`/${repository.toLowerCase()}`)) return undefined
  return { host: port === undefined ? host : `${host}:${port}`, repository, page }
}
