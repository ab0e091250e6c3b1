/** `orchestrator evidence WORKSPACE UID ATTEMPT FILE`: what the pod runs that reads a workspace for the HTTP API. */
import { evidenceFiles } from "@orchestrator/domain/Evidence"
import { Argument, Command } from "effect/cli"
import { printWorkspaceFile } from "../evidence/WorkspaceFiles.ts"

const text = (name: string, what: string) => Argument.String(name).pipe(Argument.withDescription(what))

export const evidenceCommand = Command.make(
  "evidence",
  {
    workspace: text("workspace", "Folder of the workspace"),
    uid: text("uid", "UID of the run"),
    attempt: text("attempt", "Attempt, such as 2 or 2-r1"),
    file: Argument.Literals("file", evidenceFiles).pipe(Argument.withDescription("What to print of it"))
  },
  ({ attempt, file, uid, workspace }) => printWorkspaceFile(workspace, uid, attempt, file)
).pipe(
  Command.withDescription("Print what an attempt left on a workspace; a pod that the HTTP API starts runs this"),
  Command.withExamples([{
    command: "orchestrator evidence /workspace 3f9c2a1b-1111-4222-8333-444455556666 1 log.txt",
    description: "As in a pod"
  }])
)
