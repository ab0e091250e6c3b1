/** What arrives on the wire, as an object of its kind: unknown fields dropped or refused, defaults filled in. */
import { Result } from "effect"
import type { WriteOptions } from "../../KubernetesClient.ts"
import type { KubernetesErrorReason } from "../../KubernetesError.ts"
import type { Draft } from "../store/StoredObject.ts"
import type { KindRules } from "./Rules.ts"

export const decodeDraft = (
  rules: KindRules,
  draft: Draft,
  validation: WriteOptions["fieldValidation"]
): Result.Result<Draft, KubernetesErrorReason> =>
  Result.map(
    rules.prune?.(draft, validation) ?? Result.succeed(draft),
    (pruned) => rules.decode?.(pruned) ?? pruned
  )
