/** The files of a run's ConfigMap as the controller makes them: the chart's templates, rendered for a run. */
import { CodeRun } from "@orchestrator/domain/CodeRun"
import { DocsRun } from "@orchestrator/domain/DocsRun"
import { codeBranch, docsBranchName } from "@orchestrator/domain/Names"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { codeInputs, docsInputs, type RunInputs } from "@orchestrator/templates/Inputs"
import { compileTemplates } from "@orchestrator/templates/Renderer"
import { Result, Schema } from "effect"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../../chart/claude-templates", import.meta.url))

const { render } = Result.getOrThrow(compileTemplates(
  "chart/claude-templates",
  Object.fromEntries(
    globSync("**/*.hbs", { cwd: folder }).map((path) => [path, readFileSync(join(folder, path), "utf8")])
  )
))

const decodeCode = Schema.decodeUnknownSync(CodeRun)
const decodeDocs = Schema.decodeUnknownSync(DocsRun)

export interface RunToRender {
  readonly kind: "code" | "docs"
  readonly name: string
  readonly uid: string
  readonly spec: Readonly<Record<string, unknown>>
  /** The controller's configuration. */
  readonly config?: unknown
  readonly attempt: number
  readonly resume: boolean
}

const inputsOf = ({ attempt, config, kind, name, resume, spec, uid }: RunToRender): RunInputs => {
  const metadata = { name, namespace: "agents", uid }
  const apiVersion = "orchestrator.platform/v1"
  const facts = { config: Result.getOrThrow(decodeConfig(config ?? {})), attempts: attempt, resume }
  if (kind === "docs") {
    const run = decodeDocs({ apiVersion, kind: "DocsRun", metadata, spec })
    return docsInputs({ ...facts, run, branch: docsBranchName(name, uid) })
  }
  const run = decodeCode({ apiVersion, kind: "CodeRun", metadata, spec })
  return codeInputs({ ...facts, run, branch: codeBranch(run.spec.taskId) })
}

/** Text by key of the ConfigMap. */
export const runFiles = (run: RunToRender): Readonly<Record<string, string>> => Result.getOrThrow(render(inputsOf(run)))
