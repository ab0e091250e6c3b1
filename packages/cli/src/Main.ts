/** The command line as one effect: parses, runs, and prints a failure as a sentence and not as a stack. */
import { NodeServices } from "@effect/platform-node"
import { Cause, Config, Console, Effect, Predicate } from "effect"
import { CliError, Command } from "effect/cli"
import { crdsCommand } from "./commands/crds.ts"
import { devCommand } from "./commands/dev.ts"
import { prepareCommand } from "./commands/prepare.ts"
import { releaseJobsCommand } from "./commands/releaseJobs.ts"
import { serveCommand } from "./commands/serve.ts"
import { version } from "./settings/Version.ts"

const orchestrator = Command.make("orchestrator").pipe(
  Command.withDescription("A Kubernetes control plane that runs AI coding agents"),
  Command.withSubcommands([devCommand, serveCommand, crdsCommand, prepareCommand, releaseJobsCommand])
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

export const main = Command.run(orchestrator, { version }).pipe(
  Effect.tapCause(report),
  Effect.provide(NodeServices.layer)
)
