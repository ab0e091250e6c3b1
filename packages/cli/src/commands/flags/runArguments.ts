/** Arguments that name runs. */
import { Effect } from "effect"
import { Argument } from "effect/cli"
import { CommandFailed } from "../../connect/CommandFailed.ts"
import { kindNamed, runRefs } from "../../runs/RunRef.ts"

export const runArguments = Argument.String("run").pipe(
  Argument.withMetavar("[KIND/]NAME"),
  Argument.withDescription("Run, as NAME or coderun/NAME, docsrun/NAME"),
  Argument.variadic({ min: 1 })
)

export const runArgument = Argument.String("run").pipe(
  Argument.withMetavar("[KIND/]NAME"),
  Argument.withDescription("Run, as NAME or coderun/NAME, docsrun/NAME")
)

export const refsOf = (words: ReadonlyArray<string>) =>
  Effect.fromResult(runRefs(words)).pipe(Effect.mapError((message) => new CommandFailed({ message })))

export const refOf = (word: string) =>
  Effect.flatMap(
    refsOf([word]),
    ([ref]) =>
      ref === undefined
        ? Effect.fail(new CommandFailed({ message: "Expected the name of a run" }))
        : Effect.succeed(ref)
  )

/** Names, or nothing where filters say which. */
export const anyRunArguments = Argument.String("run").pipe(
  Argument.withMetavar("[KIND/]NAME"),
  Argument.withDescription("Run, as NAME or coderun/NAME, docsrun/NAME; with filters a kind, default every kind"),
  Argument.variadic()
)

interface ManyInput {
  readonly all: boolean
  readonly wait: boolean
  readonly follow: boolean
}

/** Whether a command means all runs that filters leave; names beside filters are a mistake, and neither means nothing. */
export const meansMany = Effect.fnUntraced(
  function*(words: ReadonlyArray<string>, filters: object, { all, follow, wait }: ManyInput, verb: string) {
    const filtered = all || Object.keys(filters).length > 0
    if (!filtered && words.length === 0) {
      return yield* new CommandFailed({
        message:
          `Expected names of runs, or filters: orchestrator ${verb} NAME, orchestrator ${verb} --phase Running, orchestrator ${verb} --all`
      })
    }
    if (filtered && words.some((word) => kindNamed(word) === undefined)) {
      return yield* new CommandFailed({
        message: `Expected names of runs or filters, found both: ${words.join(" ")} and ${
          all ? "--all" : Object.keys(filters).join(", ")
        }`
      })
    }
    if (filtered && (wait || follow)) {
      return yield* new CommandFailed({
        message:
          `Expected names of runs beside --wait, found filters: orchestrator ${verb} --phase ... first, then orchestrator get NAME... --wait`
      })
    }
    return filtered
  }
)
