/** Templates of a CodeRun: what they can name, and the files that they make. */
import { withoutUser } from "@orchestrator/domain/AddressUser"
import { type CodeRun, isInPlainWords } from "@orchestrator/domain/CodeRun"
import { placedRepositories } from "@orchestrator/domain/OtherRepositories"
import { taskPromptFile } from "@orchestrator/domain/PodEnvironment"
import { Schema } from "effect"
import { type AttemptFacts, shared, sharedInputs, Texts } from "./SharedInputs.ts"

export const CodeInputs = Schema.Struct({
  task_type: Schema.Literal("code"),
  ...sharedInputs,
  /** 0 where no task of a Task Master project is meant. */
  task_id: Schema.Int,
  /** Whether a prompt or an issue says what is asked, and no file of a Task Master project. */
  plain_words: Schema.Boolean,
  /** What is asked, where no task of a Task Master project says it. */
  task_prompt: Schema.String,
  /** Address of the issue that says what is asked. */
  task_issue: Schema.String,
  /** Beside the run's own, to read. */
  repositories: Schema.Array(
    Schema.Struct({ name: Schema.String, url: Schema.String, branch: Schema.String, path: Schema.String })
  ),
  service: Schema.String,
  docs_repository_url: Schema.String,
  docs_branch: Schema.String,
  docs_project_directory: Schema.String,
  continue_session: Schema.Boolean,
  overwrite_memory: Schema.Boolean,
  /** Comma-separated, as in the run's spec; `tool_config` has the same as lists. */
  local_tools: Schema.String,
  remote_tools: Schema.String,
  tool_config: Schema.Struct({ local: Texts, remote: Texts, toolman_url: Schema.String })
})
export type CodeInputs = typeof CodeInputs.Type

/** Inputs of an attempt at `run.spec.contextVersion`. */
export const codeInputs = (facts: AttemptFacts & { readonly run: CodeRun }): CodeInputs => {
  const { config, run: { metadata, spec } } = facts
  const local = facts.tools?.local ?? spec.localTools ?? ""
  const remote = facts.tools?.remote ?? spec.remoteTools ?? ""
  return {
    task_type: "code",
    ...shared(facts, metadata.name),
    repository_url: withoutUser(spec.repositoryUrl),
    working_directory: spec.workingDirectory || spec.service,
    github_user: spec.githubUser,
    model: spec.model,
    retry: {
      context_version: spec.contextVersion,
      prompt_modification: spec.promptModification ?? "",
      resume: facts.resume
    },
    task_id: spec.taskId,
    plain_words: isInPlainWords(spec),
    task_prompt: spec.prompt ?? "",
    task_issue: spec.issue ?? "",
    repositories: placedRepositories(spec.repositories).map(({ branch = "", name, url }) => ({
      name,
      url,
      branch,
      path: `/workspace/repositories/${name}`
    })),
    service: spec.service,
    docs_repository_url: withoutUser(spec.docsRepositoryUrl),
    docs_branch: spec.docsBranch,
    docs_project_directory: spec.docsProjectDirectory ?? "",
    continue_session: spec.continueSession,
    overwrite_memory: spec.overwriteMemory,
    local_tools: local,
    remote_tools: remote,
    tool_config: { local: listed(local), remote: listed(remote), toolman_url: config.agent.toolmanServerUrl }
  }
}

/** `"a, b,,a"` as `["a", "b"]`. */
const listed = (text: string): ReadonlyArray<string> => [
  ...new Set(text.split(",").map((name) => name.trim()).filter((name) => name !== ""))
]

/** Outputs by the name of their template without `.hbs`. */
const outputs = {
  "container.sh": "container.sh",
  "claude.md": "CLAUDE.md",
  "settings.json": "settings.json",
  "prompt.md": "prompt.md",
  "mcp.json": "mcp.json",
  "client-config.json": "client-config.json",
  "coding-guidelines.md": "coding-guidelines.md",
  "github-guidelines.md": "github-guidelines.md",
  "mcp-tools.md": "mcp-tools.md"
}

/** The requester's words as they are, for the task's folder: no template is between. */
const plainFiles = ({ task_prompt }: CodeInputs): Readonly<Record<string, string>> =>
  task_prompt === "" ? {} : { [taskPromptFile]: task_prompt }

export const codeTemplates = { inputs: CodeInputs, outputs, plainFiles }
