/**
 * `continue` of a page: where its list goes on, as a text that clients hand back as it is. It holds for the list that gave it: with other
 * filters, in another order, of another kind or with a character changed it is no token at all. It proves nothing else, and holds no secret.
 */
import { Option, Schema } from "effect"
import { createHash } from "node:crypto"

const Position = Schema.Struct({
  /** `continue` of the cluster, for the part of its list that is read next; absent: from its beginning. */
  cluster: Schema.optionalKey(Schema.String),
  /** The run that was listed last, where more of the same part may follow. */
  after: Schema.optionalKey(Schema.Struct({ name: Schema.String, createdAt: Schema.String }))
})
export type Position = typeof Position.Type

const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ sum: Schema.String, position: Position }))
)

const sumOf = (list: string, position: Position): string =>
  createHash("sha256").update(JSON.stringify([list, position.cluster, position.after?.createdAt, position.after?.name]))
    .digest("base64url").slice(0, 22)

/** `list`: a text that no other list has. */
export const encodeToken = (list: string, position: Position): string =>
  Buffer.from(JSON.stringify({ sum: sumOf(list, position), position })).toString("base64url")

/** Undefined: no page of this list gave it. */
export const decodeToken = (list: string, token: string): Position | undefined => {
  const text = Buffer.from(token, "base64url").toString("utf8")
  const decoded = Option.getOrUndefined(decode(text))
  return decoded === undefined || sumOf(list, decoded.position) !== decoded.sum ||
      encodeToken(list, decoded.position) !== token
    ? undefined
    : decoded.position
}
