/** The folder that the person is in: npm runs scripts in the package's own, and says where it was called. */
import { Config, Effect, Option, Path } from "effect"
import { npmScript } from "../settings/NpmScript.ts"

export const workingFolder = Effect.gen(function*() {
  const path = yield* Path.Path
  const script = yield* Config.option(Config.String("npm_lifecycle_event"))
  const caller = yield* Config.option(Config.NonEmptyString("INIT_CWD"))
  return Option.getOrUndefined(script) === npmScript
    ? Option.getOrElse(caller, () => path.resolve("."))
    : path.resolve(".")
})
