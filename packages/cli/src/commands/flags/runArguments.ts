/** Arguments that name runs. */
import { Effect } from "effect"
import { Argument } from "effect/cli"
import { CommandFailed } from "../../connect/CommandFailed.ts"
import { runRefs } from "../../runs/RunRef.ts"

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
