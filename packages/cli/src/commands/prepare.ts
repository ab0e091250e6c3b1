/** `orchestrator prepare FOLDER [GIVEN CHECKED]`: what the init container of an agent's pod runs. */
import { Option } from "effect"
import { Argument, Command } from "effect/cli"
import { prepare } from "../prepare/Prepare.ts"

const folder = (name: string, what: string) => Argument.String(name).pipe(Argument.withDescription(what))

export const prepareCommand = Command.make(
  "prepare",
  {
    runner: folder("folder", "Folder shared with the agent's container"),
    given: Argument.optional(folder("given", "Folder with the attempt's files as the ConfigMap has them")),
    checked: Argument.optional(folder("checked", "Folder for these files, once they are verified"))
  },
  ({ checked, given, runner }) =>
    prepare({ runner, given: Option.getOrUndefined(given), checked: Option.getOrUndefined(checked) })
).pipe(
  Command.withDescription(
    "Copy the runner and the attempt's files into an agent's pod; the pod's init container runs this"
  ),
  Command.withExamples([{
    command: "orchestrator prepare /opt/orchestrator /files /config",
    description: "As in a pod"
  }])
)
