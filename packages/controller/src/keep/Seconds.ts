import { DateTime } from "effect"

export const daySeconds = 86_400

/** Of a moment, since the epoch. */
export const nowSeconds = ({ now }: { readonly now: DateTime.Utc }): number =>
  Math.floor(DateTime.toEpochMillis(now) / 1000)
