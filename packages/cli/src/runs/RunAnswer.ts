/** A run as the server tells of it, of either kind. */
import type { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import type { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import type { runAnswer } from "@orchestrator/http/contract/RunAnswers"
import type { Schema } from "effect"

type AnswerOf<Kind extends { readonly kind: string; readonly spec: Schema.Top; readonly status: Schema.Top }> =
  ReturnType<typeof runAnswer<Kind["kind"], Kind["spec"], Kind["status"]>>["Type"]

export type RunAnswer = AnswerOf<typeof codeRun> | AnswerOf<typeof docsRun>
