/** The command line as one effect: parses, runs, and prints a failure as a sentence and not as a stack. */
import { NodeServices } from "@effect/platform-node"
import { Cause, Config, Console, Effect, Option, Predicate, Stdio } from "effect"
import { CliError, Command, Completions } from "effect/cli"
import { cancelCommand, deleteCommand, resumeCommand, retryCommand, suspendCommand } from "./commands/change.ts"
import { crdsCommand } from "./commands/crds.ts"
import { devCommand } from "./commands/dev.ts"
import { doctorCommand } from "./commands/doctor.ts"
import { evidenceCommand } from "./commands/evidence.ts"
import { getCommand } from "./commands/get.ts"
import { listCommand } from "./commands/list.ts"
import { logsCommand } from "./commands/logs.ts"
import { mcpCommand } from "./commands/mcp.ts"
import { prepareCommand } from "./commands/prepare.ts"
import {
  openCommand,
  planCommand,
  renderCommand,
  transcriptCommand,
  watchCommand,
  workspacesCommand
} from "./commands/read.ts"
import { releaseJobsCommand } from "./commands/releaseJobs.ts"
import { restoreCommand } from "./commands/restore.ts"
import { serveCommand } from "./commands/serve.ts"
import { modelsCommand, servicesCommand } from "./commands/spending.ts"
import { codeCommand, docsCommand, submitCommand } from "./commands/submit.ts"
import { CommandFailed } from "./connect/CommandFailed.ts"
import { forgottenDashes, npmVariables } from "./settings/NpmArguments.ts"
import { npmScript } from "./settings/NpmScript.ts"
import { version } from "./settings/Version.ts"

const orchestrator = Command.make("orchestrator").pipe(
  Command.withDescription("A Kubernetes control plane that runs AI coding agents"),
  Command.withSubcommands([
    {
      group: "Runs",
      commands: [
        codeCommand,
        docsCommand,
        submitCommand,
        getCommand,
        listCommand,
        watchCommand,
        logsCommand,
        transcriptCommand,
        openCommand,
        mcpCommand,
        retryCommand,
        cancelCommand,
        suspendCommand,
        resumeCommand,
        deleteCommand,
        planCommand,
        renderCommand,
        workspacesCommand,
        servicesCommand,
        modelsCommand
      ]
    },
    { group: "Server", commands: [devCommand, serveCommand, doctorCommand, crdsCommand, restoreCommand] },
    { group: "In the cluster", commands: [evidenceCommand, prepareCommand, releaseJobsCommand] }
  ])
)

/** Our own errors say what to do; anything else is a bug of ours and shows its trace. */
const report = (cause: Cause.Cause<unknown>) => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const failures = cause.reasons.filter(Cause.isFailReason).map(({ error }) => error)
  const [failure] = failures
  if (CliError.isCliError(failure)) return Effect.void
  const text = failure instanceof Config.ConfigError
    ? `Invalid environment variable: ${failure.cause.message.replaceAll(/\s*\n\s*/g, " ")}`
    : Predicate.hasProperty(failure, "message")
    ? String(failure.message)
    : Cause.pretty(cause)
  return Console.error(`orchestrator: ${text}`)
}

/** Every command with its flags, as the guide and completions have them. */
export const commandTree = Completions.fromCommand(orchestrator)

const flagsOf = ({ flags, subcommands }: Completions.CommandDescriptor): ReadonlyArray<string> => [
  ...flags.map(({ name }) => name),
  ...subcommands.flatMap(flagsOf)
]

/** Before anything is parsed: what is missing would be told instead of why. */
const checkNpm = Effect.fnUntraced(function*(args: ReadonlyArray<string>) {
  const script = yield* Config.option(Config.String("npm_lifecycle_event"))
  if (Option.getOrUndefined(script) !== npmScript) return
  const flags = [...new Set(flagsOf(commandTree))]
  const found = yield* Effect.filter(
    npmVariables(flags),
    ([variable]) => Effect.map(Config.option(Config.String(variable)), Option.isSome)
  )
  if (found.length === 0) return
  return yield* new CommandFailed({ message: forgottenDashes(found.map(([, flag]) => flag), args) })
})

/** One command, by its words. */
export const commandLine = Command.runWith(orchestrator, { version })

export const main = Stdio.Stdio.pipe(
  Effect.flatMap(({ args }) => args),
  Effect.tap(checkNpm),
  Effect.flatMap(commandLine),
  Effect.tapCause(report),
  Effect.provide(NodeServices.layer)
)
