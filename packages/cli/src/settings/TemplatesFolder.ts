/** Which folder of agent templates counts: the one that was named, else the mounted one, else what this installation brings. */
import { Config, Effect, FileSystem, Option } from "effect"
import { installation } from "./Installation.ts"

export interface TemplatesPlace {
  /** By a flag, over CLAUDE_TEMPLATES_PATH. */
  readonly named: Option.Option<string>
  /** Where a pod has them; absent: not looked for. */
  readonly mounted?: string
}

export const templatesFolder = Effect.fn("TemplatesFolder.find")(function*({ mounted, named }: TemplatesPlace) {
  const fromEnvironment = yield* Config.option(Config.NonEmptyString("CLAUDE_TEMPLATES_PATH"))
  const files = yield* FileSystem.FileSystem
  const isMounted = mounted !== undefined && (yield* files.exists(mounted).pipe(Effect.orElseSucceed(() => false)))
  const { templates } = yield* installation
  return Option.getOrElse(Option.orElse(named, () => fromEnvironment), () => isMounted ? mounted : templates)
})
