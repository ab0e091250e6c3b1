/** `orchestrator prepare FOLDER [GIVEN CHECKED]`: what the init container of an agent's pod runs. */
import { Option } from "effect"
import { Argument, Command } from "effect/cli"
import { prepare } from "../prepare/Prepare.ts"

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
