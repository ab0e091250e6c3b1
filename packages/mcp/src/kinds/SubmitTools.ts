/** What begins runs, a tool for each kind: the parameters are the body of the HTTP request, with every field that it has. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { NewCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import { NewDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import { Effect, Schema } from "effect"
import { Tool } from "effect/ai"
import { PlanOutline, planOutlineOf } from "../tools/PlanOutline.ts"
import { outlineOf, RunOutline } from "../tools/RunOutline.ts"
import { asToolFailure } from "../tools/ToolFailure.ts"
import { hints } from "../tools/ToolHints.ts"
import { calling } from "../tools/Tools.ts"

const key = {
  idempotencyKey: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,255}$/, { expected: "1 to 255 visible ASCII characters" }))
      .annotate({ description: "Any text of your own: the same call with the same key starts nothing a second time" })
  )
}

export const SubmitCodeRun = Tool.make("submit_code_run", {
  description:
    "Hands a task to a coding agent, which works on a branch of the repository and opens a pull request. Say what to do in spec.prompt, complete enough for somebody who knows nothing else; without it spec.taskId and spec.docsRepositoryUrl name a task of a Task Master project. Answers at once; use wait_for_run for the result.",
  parameters: Schema.Struct({ ...NewCodeRun.fields, ...key }),
  success: RunOutline,
  ...calling
}).annotateMerge(hints({ title: "Hand over a coding task" }))

export const SubmitDocsRun = Tool.make("submit_docs_run", {
  description: "Has an agent write the task documentation of a project, from its Task Master files. Answers at once.",
  parameters: Schema.Struct({ ...NewDocsRun.fields, ...key }),
  success: RunOutline,
  ...calling
}).annotateMerge(hints({ title: "Hand over documentation" }))

const planned =
  "All that submitting it would do, and nothing done: whether it would start, what is missing with the commands that mend it, limits and price. Call it before submitting."

export const PlanCodeRun = Tool.make("plan_code_run", {
  description: `Tries a coding task without starting it. ${planned}`,
  parameters: NewCodeRun,
  success: PlanOutline,
  ...calling
}).annotateMerge(hints({ title: "Try a coding task", readOnly: true }))

export const PlanDocsRun = Tool.make("plan_docs_run", {
  description: `Tries documentation without starting it. ${planned}`,
  parameters: NewDocsRun,
  success: PlanOutline,
  ...calling
}).annotateMerge(hints({ title: "Try documentation", readOnly: true }))

const headersOf = (idempotencyKey: string | undefined) =>
  idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }

export const submitHandlers = {
  plan_code_run: (payload: typeof NewCodeRun.Type) =>
    Effect.flatMap(
      OrchestratorClient,
      ({ codeRuns }) => Effect.map(asToolFailure(codeRuns.plan({ payload }), payload), planOutlineOf)
    ),
  plan_docs_run: (payload: typeof NewDocsRun.Type) =>
    Effect.flatMap(
      OrchestratorClient,
      ({ docsRuns }) => Effect.map(asToolFailure(docsRuns.plan({ payload }), payload), planOutlineOf)
    ),
  submit_code_run: ({ idempotencyKey, ...payload }: typeof SubmitCodeRun.parametersSchema.Type) =>
    Effect.flatMap(OrchestratorClient, ({ codeRuns }) =>
      Effect.map(
        asToolFailure(codeRuns.create({ headers: headersOf(idempotencyKey), payload }), payload),
        outlineOf
      )),
  submit_docs_run: ({ idempotencyKey, ...payload }: typeof SubmitDocsRun.parametersSchema.Type) =>
    Effect.flatMap(OrchestratorClient, ({ docsRuns }) =>
      Effect.map(
        asToolFailure(docsRuns.create({ headers: headersOf(idempotencyKey), payload }), payload),
        outlineOf
      ))
}
