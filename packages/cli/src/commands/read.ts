/** `orchestrator transcript`, `watch`, `open`, `render`: flags and help. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { filterFlags, filtersOf } from "./flags/filterFlags.ts"
import { outputFlag } from "./flags/outputFlag.ts"
import { refOf, refsOf, runArgument } from "./flags/runArguments.ts"
import { serverFlags } from "./flags/serverFlags.ts"

const formats = <const Names extends ReadonlyArray<string>>(names: Names, fallback: Names[number]) =>
  Flag.Literals("output", names).pipe(
    Flag.withAlias("o"),
    Flag.withMetavar(names.join("|")),
    Flag.withDescription(`Format of the output; default ${fallback}`),
    Flag.withDefault(fallback)
  )

export const transcriptCommand = Command.make(
  "transcript",
  {
    run: runArgument,
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Go on until the attempt ends"),
      Flag.withDefault(false)
    ),
    attempt: Flag.String("attempt").pipe(
      Flag.withDescription("Attempt to read, such as 2, or 2-r1 for its first automatic retry; default the newest"),
      Flag.optional
    ),
    output: formats(["text", "json"], "text"),
    ...serverFlags
  },
  Effect.fnUntraced(function*({ run, ...input }) {
    const { transcript } = yield* Effect.promise(() => import("../verbs/Transcript.ts"))
    return yield* transcript({ ...input, ref: yield* refOf(run) })
  })
).pipe(
  Command.withDescription("Read the conversation of a run's agent: what it was told, said and did"),
  Command.withExamples([
    { command: "orchestrator transcript demo -f", description: "As it is spoken" },
    { command: "orchestrator transcript demo -o json", description: "One event a line, for programs" }
  ])
)

export const watchCommand = Command.make(
  "watch",
  {
    kinds: Argument.String("kind").pipe(
      Argument.withDescription("coderuns or docsruns; default both"),
      Argument.variadic()
    ),
    output: formats(["table", "json", "name"], "table"),
    ...filterFlags,
    ...serverFlags
  },
  Effect.fnUntraced(function*(input) {
    const { watch } = yield* Effect.promise(() => import("../verbs/Watch.ts"))
    return yield* watch({ ...input, filters: filtersOf(input) })
  })
).pipe(
  Command.withDescription("Follow runs: what there is, then every change, until Ctrl-C"),
  Command.withExamples([
    { command: "orchestrator watch --phase Running", description: "What is at work, live on a terminal" },
    { command: "orchestrator watch coderuns -o json", description: "One change a line, for programs" }
  ])
)

export const openCommand = Command.make(
  "open",
  { run: runArgument, ...serverFlags },
  Effect.fnUntraced(function*({ run, ...input }) {
    const { open } = yield* Effect.promise(() => import("../verbs/Open.ts"))
    return yield* open({ ...input, ref: yield* refOf(run) })
  })
).pipe(
  Command.withDescription("Open the pull request of a run in the browser; without a display its address is printed"),
  Command.withExamples([{ command: "orchestrator open demo", description: "The run's pull request" }])
)

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

export const renderCommand = Command.make(
  "render",
  {
    file: Flag.String("filename").pipe(
      Flag.withAlias("f"),
      Flag.withMetavar("FILE|FOLDER|-"),
      Flag.withDescription("Manifests of CodeRuns and DocsRuns; may be repeated"),
      Flag.atLeast(1)
    ),
    config: text("config", "FILE", "Configuration file; default CONFIG_PATH, then the built-in settings"),
    templates: text("templates", "FOLDER", "Agent templates; default CLAUDE_TEMPLATES_PATH, then the bundled ones"),
    into: text("into", "FOLDER", "Write the files there instead of printing them"),
    output: formats(["text", "json", "yaml"], "text")
  },
  Effect.fnUntraced(function*(input) {
    const { render } = yield* Effect.promise(() => import("../verbs/Render.ts"))
    return yield* render(input)
  })
).pipe(
  Command.withDescription("Make the files that a run's agent would be given, here and without any server"),
  Command.withExamples([
    { command: "orchestrator render -f run.yaml --templates ./claude-templates", description: "To try a template" },
    { command: "orchestrator render -f run.yaml --into ./rendered", description: "As files" }
  ])
)

export const planCommand = Command.make(
  "plan",
  {
    runs: Argument.String("run").pipe(
      Argument.withMetavar("[KIND/]NAME"),
      Argument.withDescription("Run that is there: what the next look at it would do, and why"),
      Argument.variadic()
    ),
    file: Flag.String("filename").pipe(
      Flag.withAlias("f"),
      Flag.withMetavar("FILE|FOLDER|-"),
      Flag.withDescription("Manifests: what creating their runs would do; may be repeated"),
      Flag.atLeast(0)
    ),
    output: formats(["text", "json", "yaml"], "text"),
    ...serverFlags
  },
  Effect.fnUntraced(function*({ runs, ...input }) {
    if (runs.length === 0 && input.file.length === 0) {
      return yield* new CommandFailed({
        message: "Expected a run or a manifest: orchestrator plan NAME, orchestrator plan -f FILE"
      })
    }
    const { plan } = yield* Effect.promise(() => import("../verbs/Plan.ts"))
    return yield* plan({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription(
    "Say what would become of a run, with what is missing and the commands that mend it; nothing is done"
  ),
  Command.withExamples([
    { command: "orchestrator plan -f run.yaml", description: "Before submitting it" },
    { command: "orchestrator plan demo -o yaml", description: "What is next for a run, with its Job and files" }
  ])
)

export const workspacesCommand = Command.make(
  "workspaces",
  {
    names: Argument.String("workspace").pipe(Argument.withDescription("Names; default all"), Argument.variadic()),
    remove: Flag.Boolean("delete").pipe(
      Flag.withDescription("Remove the named workspaces, which must be idle, with all that is in them"),
      Flag.withDefault(false)
    ),
    plan: Flag.Boolean("plan").pipe(
      Flag.withDescription("Say of each whether it would be deleted for being unused, and why or why not"),
      Flag.withDefault(false)
    ),
    unusedDays: Flag.Int("unused-days").pipe(
      Flag.withDescription("Days without a run that --plan is for; default storage.unusedDays, else 30"),
      Flag.filter((days) => days > 0, () => "Expected 1 or more"),
      Flag.optional
    ),
    output: outputFlag,
    ...serverFlags
  },
  Effect.fnUntraced(function*(input) {
    if (input.remove && input.names.length === 0) {
      return yield* new CommandFailed({
        message: "Expected the names of the workspaces to delete: orchestrator workspaces NAME --delete"
      })
    }
    if (input.remove && input.plan) {
      return yield* new CommandFailed({ message: "Expected --plan or --delete, found both" })
    }
    const unusedDays = Option.getOrUndefined(input.unusedDays)
    if (unusedDays !== undefined && !input.plan) {
      return yield* new CommandFailed({
        message: "Expected --plan with --unused-days: orchestrator workspaces --plan --unused-days 30"
      })
    }
    const { workspaces } = yield* Effect.promise(() => import("../verbs/Workspaces.ts"))
    return yield* workspaces({ ...input, unusedDays })
  })
).pipe(
  Command.withDescription("Show workspaces: who has each, who waits for it, when it was last used"),
  Command.withExamples([
    { command: "orchestrator workspaces -o wide", description: "All of them, with service, user and repository" },
    { command: "orchestrator workspaces workspace-payments --delete", description: "Remove an idle one" },
    {
      command: "orchestrator workspaces --plan --unused-days 30",
      description: "Which nobody has used for 30 days, and what keeps the others"
    }
  ])
)
