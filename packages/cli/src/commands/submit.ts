/** `orchestrator code submit`, `orchestrator docs submit`: flags and help. */
import { agentNames } from "@orchestrator/domain/AgentName"
import { priorities } from "@orchestrator/domain/Scheduling"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import type { SubmitCodeInput } from "../verbs/SubmitCode.ts"
import type { SubmitDocsInput } from "../verbs/SubmitDocs.ts"
import type { SubmitFilesInput } from "../verbs/SubmitFiles.ts"
import { outputFlag } from "./flags/outputFlag.ts"
import { serverFlags } from "./flags/serverFlags.ts"
import { durationFlag, waitFlags } from "./flags/waitFlags.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const texts = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.atLeast(0))

/** `NAME=SECRET/KEY`. */
const secretReference = (word: string) => {
  const [, name, secretName, secretKey] = /^([^=]+)=([^/]+)\/(.+)$/.exec(word) ?? []
  return name === undefined || secretName === undefined || secretKey === undefined
    ? Option.none()
    : Option.some({ name, secretName, secretKey })
}

const dryRunFlag = Flag.Boolean("dry-run").pipe(
  Flag.withDescription("Say what would be done and what is missing, and do nothing"),
  Flag.withDefault(false)
)

const shared = {
  name: text("name", "NAME", "Name of the run; default made by the server"),
  user: text(
    "user",
    "NAME",
    "GitHub user whose credentials and name the run works with; default ORCHESTRATOR_GITHUB_USER"
  ),
  model: text("model", "NAME", "Model to use; default the configured one"),
  timeLimit: durationFlag("time-limit").pipe(
    Flag.withDescription("Time limit of one attempt, such as 45m"),
    Flag.optional
  ),
  maxCost: Flag.Finite("max-cost").pipe(
    Flag.withMetavar("USD"),
    Flag.withDescription("Spend limit in USD over all attempts"),
    Flag.optional
  ),
  maxTurns: Flag.Int("max-turns").pipe(Flag.withDescription("Turn limit over all attempts"), Flag.optional),
  priority: Flag.Literals("priority", priorities).pipe(
    Flag.withDescription("Which of the runs that wait starts first: low, normal or high; default normal"),
    Flag.optional
  ),
  suspend: Flag.Boolean("suspend").pipe(
    Flag.withDescription("Do not start before orchestrator resume"),
    Flag.withDefault(false)
  ),
  profile: text("profile", "NAME", "Profile of the configuration: templates, image, resources, tools and limits"),
  agent: Flag.Literals("agent", agentNames).pipe(
    Flag.withDescription("Program that does the work; default the profile's, then the configured one"),
    Flag.optional
  ),
  provider: text(
    "provider",
    "NAME",
    "Who serves the model: anthropic, openai, google, or one of the configuration; default the profile's, then by the model's name"
  ),
  image: text("image", "IMAGE", "Image of the agent's container, of those that the configuration allows"),
  cpu: text("cpu", "QUANTITY", "Most CPU that the agent may take, such as 4 or 500m"),
  memory: text("memory", "QUANTITY", "Most memory that the agent may take, such as 8Gi"),
  setup: text(
    "setup",
    "FILE",
    "Script of the repository that makes it ready; default .orchestrator/setup.sh where there is one"
  ),
  dryRun: dryRunFlag,
  idempotencyKey: text("idempotency-key", "KEY", "Makes the command safe to repeat: the same key gives the same run"),
  output: outputFlag,
  ...waitFlags,
  ...serverFlags
}

const codeFlags = {
  repo: text("repo", "URL|FOLDER", "Repository to work in: any git URL, or a folder of this machine"),
  prompt: text(
    "prompt",
    "TEXT",
    "The task in plain words; without one the task of --task-id is read from the docs repository"
  ),
  promptFile: text("prompt-file", "FILE", "File with the prompt; - for the standard input"),
  tasks: text(
    "tasks",
    "FILE",
    "Task Master file: a run for each task, which waits for the runs of the tasks before it"
  ),
  ids: text("ids", "IDS", "Tasks of that file, such as 1,3-5; default all that are pending"),
  issue: text("issue", "URL", "Issue to implement; its title, body and comments of trusted people are the task"),
  service: text("service", "NAME", "Runs of one service share a workspace; default the repository's name"),
  workingDirectory: text("working-directory", "FOLDER", "Folder of the repository to work in; with a prompt its root"),
  taskId: Flag.Int("task-id").pipe(Flag.withDescription("Task of Task Master's to implement"), Flag.optional),
  docsRepo: text("docs-repo", "URL|FOLDER", "Repository with Task Master's files; with a prompt the repository itself"),
  docsProject: text("docs-project", "FOLDER", "Project's folder in the docs repository"),
  docsBranch: text("docs-branch", "BRANCH", "Branch of the docs repository; default main"),
  localTools: text("local-tools", "NAMES", "Local MCP tools to enable, comma-separated"),
  remoteTools: text("remote-tools", "NAMES", "Remote MCP tools to enable, comma-separated"),
  env: Flag.KeyValuePair("env").pipe(
    Flag.withDescription("Environment variable of the agent; secrets belong in --env-from-secret"),
    Flag.withDefault({})
  ),
  envFromSecret: Flag.String("env-from-secret").pipe(
    Flag.withMetavar("NAME=SECRET/KEY"),
    Flag.withDescription("Environment variable of the agent from a key of a Secret"),
    Flag.filterMap(secretReference, (word) => `Expected NAME=SECRET/KEY, found ${JSON.stringify(word)}`),
    Flag.atLeast(0)
  ),
  readRepo: texts("read-repo", "URL|FOLDER", "Other repository that the agent may read; may be repeated"),
  dependsOn: texts("depends-on", "RUN", "CodeRun that must have succeeded first; may be repeated"),
  continueSession: Flag.Boolean("continue-session").pipe(
    Flag.withDescription("Continue the session of an earlier run of the workspace"),
    Flag.withDefault(false)
  ),
  overwriteMemory: Flag.Boolean("overwrite-memory").pipe(
    Flag.withDescription("Replace the memory file of the workspace"),
    Flag.withDefault(false)
  ),
  ...shared
}

const runCode = Effect.fnUntraced(function*(input: SubmitCodeInput) {
  const { submitCode } = yield* Effect.promise(() => import("../verbs/SubmitCode.ts"))
  return yield* submitCode(input)
})

const submitCodeCommand = Command.make("submit", codeFlags, runCode).pipe(
  Command.withDescription(
    "Hand over a task: a CodeRun that ends with a branch, and a pull request where there is a forge"
  ),
  Command.withExamples([
    {
      command: "orchestrator code submit --repo . --prompt \"Add a health endpoint\" --follow",
      description: "In plain words, for the repository of this folder, on the local server"
    },
    {
      command:
        "orchestrator code submit --repo git@github.com:example/payments.git --user octocat --prompt-file task.md --wait",
      description: "With the prompt from a file; the exit code says how it ended"
    },
    {
      command:
        "orchestrator code submit --repo https://github.com/example/payments --docs-repo https://github.com/example/docs --task-id 7 --user octocat",
      description: "A task of a Task Master project"
    },
    {
      command:
        "orchestrator code submit --repo . --prompt \"Add a health endpoint\" --profile java --memory 8Gi --dry-run",
      description: "What would become of it, and nothing is done"
    },
    {
      command: "orchestrator code submit --repo . --prompt \"Add a health endpoint\" --agent codex --wait",
      description: "By another agent than the configured one"
    },
    {
      command:
        "orchestrator code submit --repo . --prompt \"Add a health endpoint\" --model claude-sonnet-4-5 --provider bedrock --wait",
      description: "With the model asked at a provider of the configuration (model.providers)"
    },
    {
      command: "orchestrator code submit --repo . --tasks .taskmaster/tasks/tasks.json --ids 1,3-5",
      description: "Tasks of a file, one run each, in the order that their dependencies allow"
    },
    {
      command: "orchestrator code submit --repo . --issue https://github.com/example/payments/issues/12 --user octocat",
      description: "What an issue asks for"
    }
  ])
)

const docsFlags = {
  repo: Flag.String("repo").pipe(Flag.withMetavar("URL|FOLDER"), Flag.withDescription("Repository with the project")),
  workingDirectory: Flag.String("working-directory").pipe(
    Flag.withMetavar("FOLDER"),
    Flag.withDescription("Project's folder in the repository; default its root"),
    Flag.withDefault(".")
  ),
  sourceBranch: Flag.String("source-branch").pipe(
    Flag.withMetavar("BRANCH"),
    Flag.withDescription("Branch to read; default main"),
    Flag.withDefault("main")
  ),
  ...shared
}

const runDocs = Effect.fnUntraced(function*(input: SubmitDocsInput) {
  const { submitDocs } = yield* Effect.promise(() => import("../verbs/SubmitDocs.ts"))
  return yield* submitDocs(input)
})

const submitDocsCommand = Command.make("submit", docsFlags, runDocs).pipe(
  Command.withDescription("Have the documentation of a project's tasks written: a DocsRun"),
  Command.withExamples([
    {
      command:
        "orchestrator docs submit --repo https://github.com/example/docs --working-directory _projects/payments --user octocat --wait",
      description: "For one project of a docs repository"
    }
  ])
)

const filesFlags = {
  file: Flag.String("filename").pipe(
    Flag.withAlias("f"),
    Flag.withMetavar("FILE|FOLDER|-"),
    Flag.withDescription("Manifests of CodeRuns and DocsRuns, as kubectl takes them; may be repeated"),
    Flag.atLeast(1)
  ),
  dryRun: dryRunFlag,
  output: outputFlag,
  ...waitFlags,
  ...serverFlags
}

const runFiles = Effect.fnUntraced(function*(input: SubmitFilesInput) {
  const { submitFiles } = yield* Effect.promise(() => import("../verbs/SubmitFiles.ts"))
  return yield* submitFiles(input)
})

export const submitCommand = Command.make("submit", filesFlags, runFiles).pipe(
  Command.withDescription("Submit runs from manifests; code submit and docs submit take flags"),
  Command.withExamples([
    { command: "orchestrator submit -f run.yaml --wait", description: "A file, of one or several documents" },
    {
      command: "orchestrator submit -f runs/",
      description: "Every manifest of a folder; nothing is sent unless all are right"
    },
    { command: "cat run.yaml | orchestrator submit -f -", description: "The standard input" }
  ])
)

export const codeCommand = Command.make("code").pipe(
  Command.withDescription("CodeRuns: a task becomes a branch and a pull request"),
  Command.withSubcommands([submitCodeCommand])
)

export const docsCommand = Command.make("docs").pipe(
  Command.withDescription("DocsRuns: a project's tasks get their documentation"),
  Command.withSubcommands([submitDocsCommand])
)
