/** The key of a model API, and how it is found among the files of a Secret. */
import type { Effect, Redacted } from "effect"

/** How the API is told who asks. */
export interface ModelKey {
  readonly type: "apiKey" | "oauthToken"
  readonly value: string
}

/** A key as it is read from its file. */
export type HeldKey = Omit<ModelKey, "value"> & { readonly value: Redacted.Redacted }

export type ReadKey = (
  read: (file: string) => Effect.Effect<string | undefined>
) => Effect.Effect<HeldKey | undefined>
