/** Flags that select runs, as the filters of a list do. */
import { Phase } from "@orchestrator/domain/Phase"
import { Reason } from "@orchestrator/domain/Reason"
import { type Option, Record } from "effect"
import { Flag } from "effect/cli"
import type { Filters } from "../../runs/RunApi.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

export const filterFlags = {
  phase: Flag.Literals("phase", Phase.literals).pipe(Flag.withDescription("Only runs in this phase"), Flag.optional),
  reason: Flag.Literals("reason", Reason.literals).pipe(
    Flag.withMetavar("REASON"),
    Flag.withDescription("Only runs whose phase has this reason"),
    Flag.optional
  ),
  githubUser: text("user", "NAME", "Only runs of this GitHub user"),
  service: text("service", "NAME", "Only CodeRuns of this service"),
  taskId: Flag.Int("task-id").pipe(Flag.withDescription("Only CodeRuns of this task"), Flag.optional),
  label: Flag.String("selector").pipe(
    Flag.withAlias("l"),
    Flag.withMetavar("SELECTOR"),
    Flag.withDescription("Only runs whose labels match, such as team=payments"),
    Flag.atLeast(0)
  ),
  createdAfter: text("created-after", "TIME", "Only runs that were created after this RFC 3339 time"),
  q: text("search", "TEXT", "Only runs with this text in their name, task, repository or status")
}

export interface FilterInput {
  readonly phase: Option.Option<NonNullable<Filters["phase"]>>
  readonly reason: Option.Option<NonNullable<Filters["reason"]>>
  readonly githubUser: Option.Option<string>
  readonly service: Option.Option<string>
  readonly taskId: Option.Option<number>
  readonly label: ReadonlyArray<string>
  readonly createdAfter: Option.Option<string>
  readonly q: Option.Option<string>
}

/** What was said of them. */
export const filtersOf = (
  { createdAfter, githubUser, label, phase, q, reason, service, taskId }: FilterInput
): Filters => ({
  ...Record.getSomes({ createdAfter, githubUser, phase, q, reason, service }),
  ...Record.getSomes({ taskId }),
  ...(label.length === 0 ? {} : { label })
})
