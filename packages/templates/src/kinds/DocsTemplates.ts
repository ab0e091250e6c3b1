/** Templates of a DocsRun: what they can name, and the files that they make. */
import { withoutUser } from "@orchestrator/domain/AddressUser"
import type { DocsRun } from "@orchestrator/domain/DocsRun"
import { Schema } from "effect"
import { type AttemptFacts, shared, sharedInputs } from "./SharedInputs.ts"

export const DocsInputs = Schema.Struct({
  task_type: Schema.Literal("docs"),
  ...sharedInputs,
  source_branch: Schema.String
})
export type DocsInputs = typeof DocsInputs.Type

/** Inputs of an attempt of a DocsRun. */
export const docsInputs = (facts: AttemptFacts & { readonly run: DocsRun }): DocsInputs => {
  const { metadata, spec } = facts.run
  return {
    task_type: "docs",
    ...shared(facts, metadata.name),
    repository_url: withoutUser(spec.repositoryUrl),
    working_directory: spec.workingDirectory || ".",
    github_user: spec.githubUser,
    model: spec.model,
    retry: { context_version: 1, prompt_modification: "", resume: facts.resume },
    source_branch: spec.sourceBranch
  }
}

/** Outputs by the name of their template without `.hbs`. */
const outputs = {
  "container.sh": "container.sh",
  "claude.md": "CLAUDE.md",
  "settings.json": "settings.json",
  "prompt.md": "prompt.md"
}

export const docsTemplates = { inputs: DocsInputs, outputs, plainFiles: () => ({}) }
