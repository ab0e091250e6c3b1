/** `orchestrator prepare FOLDER`: what the init container of an agent's pod runs. */
import { prepareFromCheckout, prepareFromImage } from "@orchestrator/agent/runner/Prepare"
import { Effect, Path } from "effect"
import { Argument, Command } from "effect/cli"
import { installation, nodeExecutable } from "../Installation.ts"

/** Puts the runner of this installation into a folder, with the Node that runs this. */
export const prepare = Effect.fn("prepare")(function*(folder: string) {
  const path = yield* Path.Path
  const { isCheckout } = yield* installation
  const node = nodeExecutable
  yield* isCheckout
    ? prepareFromCheckout({ folder, node })
    : prepareFromImage({ folder, node, bundle: path.join(import.meta.dirname, "runner.mjs") })
})

export const prepareCommand = Command.make(
  "prepare",
  { folder: Argument.String("folder").pipe(Argument.withDescription("Folder that the agent's container will see")) },
  ({ folder }) => prepare(folder)
).pipe(
  Command.withDescription("Put the runner where an agent's pod finds it; the pod's init container does this"),
  Command.withExamples([{ command: "orchestrator prepare /opt/orchestrator", description: "As in a pod" }])
)
