/** Which repositories this installation lets runs reach. */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Wanted } from "./Wanted.ts"

interface Address {
  readonly protocol: string
  readonly host: string
}

/** Protocol and host of a git URL, scp-like addresses included. */
export const addressOf = (url: string): Address => {
  const scp = /^[\w.-]+@([\w.-]+):/u.exec(url)
  if (scp !== null) return { protocol: "ssh", host: scp[1] ?? "" }
  const parsed = /^([a-z]+):\/\/(?:[^/@]*@)?([^/:]*)/u.exec(url)
  return { protocol: parsed?.[1] ?? "", host: parsed?.[2] ?? "" }
}

export const refusedRepositories = (
  repositories: Wanted["repositories"],
  { allowedHosts, allowedProtocols }: OrchestratorConfig["git"]
): ReadonlyArray<FieldProblem> =>
  repositories.flatMap(({ field, url }) => {
    const { host, protocol } = addressOf(url)
    if (!allowedProtocols.some((allowed) => allowed === protocol)) {
      return [{
        path: field,
        expected: `a URL of a protocol in git.allowedProtocols (${allowedProtocols.join(", ")})`,
        found: JSON.stringify(url)
      }]
    }
    return allowedHosts.length === 0 || protocol === "file" || allowedHosts.includes(host)
      ? []
      : [{
        path: field,
        expected: `a host in git.allowedHosts (${allowedHosts.join(", ")})`,
        found: JSON.stringify(url)
      }]
  })
