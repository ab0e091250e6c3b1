/** `orchestrator prepare FOLDER [GIVEN CHECKED]`: what the init container of an agent's pod runs. */
import { placeCheckedFiles } from "@orchestrator/agent/runner/CheckedFiles"
import { prepareFromCheckout, prepareFromImage } from "@orchestrator/agent/runner/Prepare"
import { filesDigestVariable } from "@orchestrator/domain/PodEnvironment"
import { Config, Effect, Option, Path } from "effect"
import { Argument, Command } from "effect/cli"
import { installation, nodeExecutable } from "../Installation.ts"

interface Folders {
  /** Gets the runner of this installation, with the Node that runs this. */
  readonly runner: string
  /** Has the attempt's files as anybody may have made them. Absent in pods of older versions. */
  readonly given?: string | undefined
  /** Gets them when they are those that the Job names. */
  readonly checked?: string | undefined
}

export const prepare = Effect.fn("prepare")(function*({ checked, given, runner }: Folders) {
  const path = yield* Path.Path
  if (given !== undefined && checked !== undefined) {
    const digest = yield* Config.String(filesDigestVariable)
    yield* placeCheckedFiles({ digest, from: given, to: checked })
  }
  const { isCheckout } = yield* installation
  const node = nodeExecutable
  yield* isCheckout
    ? prepareFromCheckout({ folder: runner, node })
    : prepareFromImage({ folder: runner, node, bundle: path.join(import.meta.dirname, "runner.mjs") })
})

const folder = (name: string, what: string) => Argument.String(name).pipe(Argument.withDescription(what))

export const prepareCommand = Command.make(
  "prepare",
  {
    runner: folder("folder", "Folder that the agent's container will see"),
    given: Argument.optional(folder("given", "Folder with the attempt's files as the ConfigMap has them")),
    checked: Argument.optional(folder("checked", "Folder for these files, once they are known to be the attempt's"))
  },
  ({ checked, given, runner }) =>
    prepare({ runner, given: Option.getOrUndefined(given), checked: Option.getOrUndefined(checked) })
).pipe(
  Command.withDescription(
    "Put the runner and the attempt's files where an agent's pod finds them; the pod's init container does this"
  ),
  Command.withExamples([{
    command: "orchestrator prepare /opt/orchestrator /files /config",
    description: "As in a pod"
  }])
)
