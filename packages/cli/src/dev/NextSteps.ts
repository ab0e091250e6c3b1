/** What a person can do next, as lines to copy. Pure. */
import { stateFolderName } from "../settings/StateFiles.ts"

export interface NextStepsInput {
  /** As one would type it: relative to the working directory where that is shorter. */
  readonly state: string
  readonly server: string
  /** How this program is started: `npm run orchestrator --`. */
  readonly orchestrator: string
  /** The demo run's branch, once it is delivered. */
  readonly branch: string | undefined
  /** Of the demo run's latest attempt. */
  readonly attempt: number
}

export const nextSteps = ({ attempt, branch, orchestrator, server, state }: NextStepsInput): string => {
  const kubectl = `kubectl --kubeconfig ${state}/kubeconfig`
  const place = state === stateFolderName ? "" : ` --state ${state}`
  const curl = `curl -s -H @${state}/authorization`
  const again = JSON.stringify({ spec: { contextVersion: attempt + 1, promptModification: "Add a farewell." } })
  const ofTheDemo = (...lines: ReadonlyArray<string>) => branch === undefined ? [] : lines
  return [
    "",
    "Try next:",
    ...ofTheDemo("  what the agent pushed", `    git -C ${state}/git/hello-api.git log --stat ${branch}`),
    "  a task of your own, for a repository of yours",
    `    ${orchestrator} code submit${place} --repo FOLDER --prompt "..." --follow`,
    "  all runs, a log, another attempt",
    `    ${orchestrator} list${place}`,
    ...ofTheDemo(
      `    ${orchestrator} logs${place} demo`,
      `    ${orchestrator} retry${place} demo --hint "Add a farewell." --follow`
    ),
    "  the same cluster with kubectl",
    `    ${kubectl} apply -f examples/`,
    `    ${kubectl} get coderuns,docsruns,jobs,pods -o wide`,
    ...ofTheDemo(`    ${kubectl} patch coderun demo --type merge -p '${again}'`),
    "  the HTTP API",
    `    ${curl} ${server}/api/v1/code-runs`,
    `    ${server}/docs`,
    "",
    "Ctrl-C stops everything; the next start continues from here."
  ].join("\n")
}
