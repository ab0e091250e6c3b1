/** What the init container of an agent's pod does: the runner and the attempt's files, where the agent's container finds them. */
import { placeCheckedFiles } from "@orchestrator/agent/runner/CheckedFiles"
import { prepareFromCheckout, prepareFromImage } from "@orchestrator/agent/runner/Prepare"
import { filesDigestVariable } from "@orchestrator/domain/PodEnvironment"
import { Config, Effect, Path } from "effect"
import { installation, nodeExecutable } from "../settings/Installation.ts"

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
