/** Which repositories, and pages of forges, this installation lets runs reach. */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { expectedHost, gitAddress, mayBeNamed } from "@orchestrator/domain/GitHosts"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { NamedUrl, RunSpec } from "../kinds/RunSpec.ts"

export const refusedRepositories = (
  { pages, repositories }: Pick<RunSpec, "pages" | "repositories">,
  { forge, git }: Pick<OrchestratorConfig, "forge" | "git">
): ReadonlyArray<FieldProblem> => {
  const policy = { ...git, ...forge }
  const host = ({ field, url }: NamedUrl) =>
    mayBeNamed(url, policy) ? [] : [{ path: field, expected: expectedHost(policy), found: JSON.stringify(url) }]
  const protocol = ({ field, url }: NamedUrl) =>
    git.allowedProtocols.some((allowed) => allowed === gitAddress(url).protocol) ? [] : [{
      path: field,
      expected: `a URL with a protocol of git.allowedProtocols (${git.allowedProtocols.join(", ")})`,
      found: JSON.stringify(url)
    }]
  return [
    ...repositories.flatMap((each) => [...protocol(each), ...host(each)].slice(0, 1)),
    ...pages.flatMap(host)
  ]
}
