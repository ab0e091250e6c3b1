/** Which repositories this installation lets runs reach. */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { expectedHost, gitAddress, mayBeNamed } from "@orchestrator/domain/GitHosts"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { RunSpec } from "../kinds/RunSpec.ts"

export const refusedRepositories = (
  repositories: RunSpec["repositories"],
  { forge, git }: Pick<OrchestratorConfig, "forge" | "git">
): ReadonlyArray<FieldProblem> =>
  repositories.flatMap(({ field, url }) => {
    const { protocol } = gitAddress(url)
    if (!git.allowedProtocols.some((allowed) => allowed === protocol)) {
      return [{
        path: field,
        expected: `a URL with a protocol of git.allowedProtocols (${git.allowedProtocols.join(", ")})`,
        found: JSON.stringify(url)
      }]
    }
    const policy = { ...git, ...forge }
    return mayBeNamed(url, policy) ? [] : [{ path: field, expected: expectedHost(policy), found: JSON.stringify(url) }]
  })
