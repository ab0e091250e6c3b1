/**
 * What is known of a request that would change something, gathered while it is answered, for one line in the log: who, what, and what came
 * of it. A request that is refused before its owner is known has the line as well.
 */
import { Context, Effect, Option, Ref } from "effect"
import type { User } from "../contract/Access.ts"

export interface AuditFacts {
  readonly user?: User
  /** Name of the run. */
  readonly name?: string
  /** Of a request about many runs, those that it was about, each with the status that it would have been answered with alone. */
  readonly changes?: ReadonlyArray<{ readonly name: string; readonly status: number }>
  /** Whether nothing was to be done. */
  readonly dryRun?: true
}

export class Audit extends Context.Service<Audit, Ref.Ref<AuditFacts>>()("@orchestrator/http/services/Audit") {}

const noteBy = (add: (known: AuditFacts) => AuditFacts): Effect.Effect<void> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Option.match(Context.getOption(context, Audit), { onNone: () => Effect.void, onSome: Ref.update(add) })
  )

const note = (facts: AuditFacts): Effect.Effect<void> => noteBy((known) => ({ ...known, ...facts }))

export const noteUser = (user: User): Effect.Effect<void> => note({ user })

/** The run that came of it, or that was to be changed. */
export const noteRun = (name: string | undefined): Effect.Effect<void> => note(name === undefined ? {} : { name })

/** What became of one of many. */
export const noteChange = (change: NonNullable<AuditFacts["changes"]>[number]): Effect.Effect<void> =>
  noteBy((known) => ({ ...known, changes: [...known.changes ?? [], change] }))

export const noteDryRun: Effect.Effect<void> = note({ dryRun: true })
