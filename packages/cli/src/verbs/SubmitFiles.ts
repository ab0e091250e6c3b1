/** `orchestrator submit -f`: the runs of manifests. */
import { Config, Effect, Option } from "effect"
import { defaultNamespace } from "../connect/ServerPlace.ts"
import { manifestFiles } from "../submit/ManifestFiles.ts"
import { withServer } from "./Session.ts"
import { submitAll, type SubmitInput } from "./Submit.ts"

export interface SubmitFilesInput extends SubmitInput {
  readonly file: ReadonlyArray<string>
}

const namespaceOf = Effect.fnUntraced(function*({ namespace }: SubmitFilesInput) {
  const configured = yield* Config.option(Config.NonEmptyString("ORCHESTRATOR_NAMESPACE"))
  return Option.getOrElse(Option.orElse(namespace, () => configured), () => defaultNamespace)
})

export const submitFiles = Effect.fn("submitFiles")(function*(input: SubmitFilesInput) {
  yield* submitAll(yield* manifestFiles(input.file, yield* namespaceOf(input)), input)
}, (verb, input) => withServer(input, verb))
