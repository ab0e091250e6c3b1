/** What is different with other versions of agents than the pinned ones, by the cases that fail with them. Pure. */

/** As vitest writes it, as far as it is read. */
export interface TestReport {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string; readonly fullName: string }>
  }>
}

interface Changed {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** Files of the matrix are named for their agent; every other one is of Claude Code. */
const agentOf = (file: string): string =>
  (/\/matrix\/(\w+)\.agent\.test\.ts$/.exec(file)?.[1] ?? "claude").toLowerCase()

export const changesWithVersions = (changed: ReadonlyArray<Changed>, report: TestReport): ReadonlyArray<string> => {
  const failedOf = (name: string) =>
    report.testResults.filter((file) => agentOf(file.name) === name)
      .flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === "failed"))
  if (changed.length === 0) return ["no agent has a newer version than the pinned one"]
  return changed.flatMap(({ from, name, to }) => {
    const failed = failedOf(name)
    return failed.length === 0
      ? [`${name} ${to}: behaves as ${from}`]
      : [`${name} ${to} is not as ${from}:`, ...failed.map(({ fullName }) => `  ${fullName}`)]
  })
}
