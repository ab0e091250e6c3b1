/** What the tools do: requests of the client, and outlines of the answers. */
import { isFinished, waitUntilFinished } from "@orchestrator/client/follow/FinishedRun"
import { type AnyRunGroup, groupOf, type RunKindName } from "@orchestrator/client/kinds/RunGroups"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { present } from "@orchestrator/domain/Present"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Duration, Effect, Option, Stream } from "effect"
import { Toolkit } from "effect/ai"
import { PlanCodeRun, PlanDocsRun, SubmitCodeRun, SubmitDocsRun, submitHandlers } from "./kinds/SubmitTools.ts"
import { planOutlineOf } from "./tools/PlanOutline.ts"
import { outlineOf } from "./tools/RunOutline.ts"
import { ListModels, ListServices, spendingHandlers } from "./tools/SpendingTools.ts"
import { asToolFailure } from "./tools/ToolFailure.ts"
import {
  CancelRun,
  DeleteRun,
  GetRun,
  ListRuns,
  PlanRun,
  ReadLog,
  ReadTranscript,
  ResumeRun,
  RetryRun,
  SuspendRun,
  WaitForRun
} from "./tools/Tools.ts"
import { DeleteWorkspace, ListWorkspaces, workspaceHandlers } from "./tools/WorkspaceTools.ts"

interface Named {
  readonly kind: RunKindName
  readonly name: string
}

/** A request about runs of a kind, by the client of the caller. */
const asking = <A>(kind: RunKindName, ask: (group: AnyRunGroup) => Effect.Effect<A, unknown>, input?: unknown) =>
  Effect.flatMap(OrchestratorClient, (client) => asToolFailure(ask(groupOf(client, kind)), input))

const about = ({ name }: Named) => ({ params: { name } })

/** The end of a text, from the beginning of a line; the beginning is the least of what a model needs. */
const lastOf = (text: string, most: number): string => {
  if (text.length <= most) return text
  const end = text.slice(-most)
  return end.slice(end.indexOf("\n") + 1)
}

/** UTF-16 units of a log, about ten thousand tokens. */
const longestLog = 40_000
/** Of one event's text. */
const longestText = 2_000

const shortened = (event: TranscriptEvent): TranscriptEvent =>
  "text" in event && event.text.length > longestText
    ? { ...event, text: `${event.text.slice(0, longestText)} [${event.text.length - longestText} characters more]` }
    : event

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

export const AnyTools = Toolkit.make(
  SubmitCodeRun,
  SubmitDocsRun,
  ListRuns,
  PlanCodeRun,
  PlanDocsRun,
  PlanRun,
  GetRun,
  WaitForRun,
  ReadLog,
  ReadTranscript,
  RetryRun,
  CancelRun,
  SuspendRun,
  ResumeRun,
  DeleteRun,
  ListWorkspaces,
  DeleteWorkspace,
  ListServices,
  ListModels
)

export const ToolHandlers = AnyTools.toLayer({
  ...submitHandlers,
  ...workspaceHandlers,
  ...spendingHandlers,
  list_runs: ({ kind, limit, phase }) =>
    Effect.forEach(
      kind === undefined ? everyRunKind.map(({ kind }) => kind) : [kind],
      (each) => asking(each, (group) => group.list({ query: { limit, ...present("phase", phase) } }))
    ).pipe(Effect.map((pages) => {
      const runs = pages.flatMap(({ items }) => items.map(outlineOf))
      const more = pages.some((page) => page.continue !== undefined)
      return { summary: `${counted(runs.length, "run")}${more ? ", and there are more" : ""}`, runs, more }
    })),
  get_run: (run) => Effect.map(asking(run.kind, (group) => group.get(about(run))), outlineOf),
  plan_run: (run) => Effect.map(asking(run.kind, (group) => group.planNext(about(run))), planOutlineOf),
  wait_for_run: ({ kind, name, timeoutSeconds }) =>
    Effect.flatMap(OrchestratorClient, (client) =>
      asToolFailure(
        waitUntilFinished(client, kind, name).pipe(
          Effect.timeoutOption(Duration.seconds(timeoutSeconds)),
          Effect.flatMap(Option.match({
            onNone: () => groupOf(client, kind).get({ params: { name } }),
            onSome: Effect.succeed
          }))
        )
      )).pipe(Effect.map((run) => ({ ...outlineOf(run), finished: isFinished(run) }))),
  read_log: ({ attempt, tail, ...run }) =>
    asking(run.kind, (group) =>
      Effect.flatMap(
        group.logs({ ...about(run), query: { tail, ...present("attempt", attempt) } }),
        (log) => Stream.mkString(Stream.decodeText(log))
      ), run).pipe(
        Effect.map((text) => lastOf(text, longestLog)),
        Effect.map((text) => ({
          summary: `The last ${counted(text.split("\n").filter((line) => line !== "").length, "line")} of ${run.name}`,
          text
        }))
      ),
  read_transcript: ({ attempt, last, ...run }) =>
    asking(run.kind, (group) =>
      Effect.flatMap(
        group.transcript({ ...about(run), query: present("attempt", attempt) }),
        (events) => Stream.runCollect(Stream.takeRight(events, last))
      ), run).pipe(
        Effect.map((events) => ({
          summary: `The last ${counted(events.length, "event")} of the conversation of ${run.name}`,
          events: events.map(shortened)
        }))
      ),
  retry_run: ({ force, promptModification, ...run }) =>
    Effect.map(
      asking(run.kind, (group) =>
        group.retry({
          ...about(run),
          payload: { ...present("force", force), ...present("promptModification", promptModification) }
        }), { promptModification }),
      outlineOf
    ),
  cancel_run: (run) => Effect.map(asking(run.kind, (group) => group.cancel(about(run))), outlineOf),
  suspend_run: (run) => Effect.map(asking(run.kind, (group) => group.suspend(about(run))), outlineOf),
  resume_run: (run) => Effect.map(asking(run.kind, (group) => group.resume(about(run))), outlineOf),
  delete_run: (run) =>
    Effect.map(
      asking(run.kind, (group) => group.delete(about(run))),
      () => ({ summary: `${run.kind} ${run.name} is deleted` })
    )
})
