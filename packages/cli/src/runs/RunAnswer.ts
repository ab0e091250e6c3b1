/** A run as the server tells of it, of either kind. */
import type { AnyRunAnswer } from "@orchestrator/http/contract/kinds/RunGroups"

export type RunAnswer = typeof AnyRunAnswer.Type
