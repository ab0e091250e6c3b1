/** What a person can do next, as lines to copy. Pure. */

export interface NextStepsInput {
  /** As one would type it: relative to the working directory where that is shorter. */
  readonly state: string
  readonly server: string
  /** The demo run's branch, once it is delivered. */
  readonly branch: string | undefined
  /** Of the demo run's latest attempt. */
  readonly attempt: number
}

export const nextSteps = ({ attempt, branch, server, state }: NextStepsInput): string => {
  const kubectl = `kubectl --kubeconfig ${state}/kubeconfig`
  const curl = `curl -s -H @${state}/authorization`
  const again = JSON.stringify({ spec: { contextVersion: attempt + 1, promptModification: "Add a farewell." } })
  const ofTheDemo = (...lines: ReadonlyArray<string>) => branch === undefined ? [] : lines
  return [
    "",
    "Try next:",
    ...ofTheDemo("  what the agent pushed", `    git -C ${state}/git/hello-api.git log --stat ${branch}`),
    "  the same cluster with kubectl",
    `    ${kubectl} apply -f examples/`,
    `    ${kubectl} get coderuns,docsruns,jobs,pods -o wide`,
    ...ofTheDemo(`    ${kubectl} patch coderun demo --type merge -p '${again}'`),
    "  the HTTP API",
    `    ${curl} ${server}/api/v1/code-runs`,
    ...ofTheDemo(
      `    ${curl} -X POST ${server}/api/v1/code-runs/demo/retry -H 'content-type: application/json' -d '{}'`
    ),
    `    ${server}/docs`,
    "",
    "Ctrl-C stops everything; the next start continues from here."
  ].join("\n")
}
