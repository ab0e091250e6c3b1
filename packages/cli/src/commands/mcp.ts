/** `orchestrator mcp`: flags and help. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { serverFlags } from "./flags/serverFlags.ts"

export const mcpCommand = Command.make(
  "mcp",
  serverFlags,
  Effect.fnUntraced(function*(input) {
    const { mcp } = yield* Effect.promise(() => import("../verbs/Mcp.ts"))
    return yield* mcp(input)
  })
).pipe(
  Command.withDescription("Let a model hand over tasks and follow them: an MCP server on standard input and output"),
  Command.withExamples([
    {
      command: "claude mcp add orchestrator -- orchestrator mcp",
      description: "In Claude Code, with the local server or the cluster that kubectl uses"
    },
    {
      command: "orchestrator mcp --server https://orchestrator.example --token-file ~/.orchestrator-token",
      description: "What any other program starts; /mcp of the server itself speaks streamable HTTP"
    }
  ])
)
