/** Keys that may be left out, with what they are then. */
import { Effect, Schema } from "effect"

export const or = <S extends Schema.Constraint>(schema: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema)

/** Of an object whose own keys all may be left out. */
export const filled = <S extends Schema.Constraint & { readonly Encoded: object }>(schema: S) =>
  or<S>(schema, {} as S["Encoded"])
