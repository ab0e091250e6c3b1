/** What one does with runs of a kind that is known only while the page runs. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import type { CommonTypes } from "@orchestrator/client/kinds/RunTypes"
import type { CallOptions } from "@orchestrator/client/promises/Call"
import type { Orchestrator } from "@orchestrator/client/promises/Orchestrator"
import type { SubmitOptions } from "@orchestrator/client/promises/Runs"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { NewCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import type { NewDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import type { NewRunRequest } from "../../show/task/TaskForm.ts"

type Named<A> = (name: string, options?: CallOptions) => Promise<A>

export interface RunsOfKind extends Pick<Orchestrator["codeRuns"], "followLogs" | "followTranscript"> {
  readonly get: Named<AnyRun>
  readonly files: Named<CommonTypes["files"]>
  readonly dependencies: Named<CommonTypes["dependencies"]>
  readonly events: Named<ReadonlyArray<CommonTypes["event"]>>
  readonly manifest: Named<string>
  readonly cancel: Named<AnyRun>
  readonly suspend: Named<AnyRun>
  readonly resume: Named<AnyRun>
  readonly delete: Named<void>
  readonly diff: (name: string, evidence?: CommonTypes["evidence"], options?: CallOptions) => Promise<string>
  readonly retry: (
    name: string,
    how?: { readonly force?: boolean; readonly promptModification?: string },
    options?: CallOptions
  ) => Promise<AnyRun>
  /** What does not follow the kind's schema is refused before anything is sent. */
  readonly plan: (request: NewRunRequest, options?: CallOptions) => Promise<RunPlan>
  readonly submit: (request: NewRunRequest, options?: SubmitOptions) => Promise<AnyRun>
}

/** The client decodes what it is given, whatever its type says. */
export const runsOf = ({ codeRuns, docsRuns }: Orchestrator, kind: KindName): RunsOfKind => {
  const all: Readonly<Record<KindName, RunsOfKind>> = {
    CodeRun: {
      ...codeRuns,
      plan: (request, options) => codeRuns.plan(request as typeof NewCodeRun.Encoded, options),
      submit: (request, options) => codeRuns.submit(request as typeof NewCodeRun.Encoded, options)
    },
    DocsRun: {
      ...docsRuns,
      plan: (request, options) => docsRuns.plan(request as typeof NewDocsRun.Encoded, options),
      submit: (request, options) => docsRuns.submit(request as typeof NewDocsRun.Encoded, options)
    }
  }
  return all[kind]
}
