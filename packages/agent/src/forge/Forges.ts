/** The forges there are. */
import { type ForgeSettings, namedForges } from "@orchestrator/domain/ForgeHosts"
import { azureDevOps } from "./azuredevops/AzureDevOpsKind.ts"
import { bitbucketCloud } from "./bitbucketcloud/BitbucketCloudKind.ts"
import { bitbucketDataCenter } from "./bitbucketdatacenter/BitbucketDataCenterKind.ts"
import type { ForgeKind, KnownForge } from "./ForgeKind.ts"
import { gitea } from "./gitea/GiteaKind.ts"
import { gitHub } from "./github/GitHubKind.ts"
import { gitLab } from "./gitlab/GitLabKind.ts"

export const forgeKinds: ReadonlyArray<ForgeKind> = [
  gitHub,
  gitLab,
  gitea,
  bitbucketCloud,
  bitbucketDataCenter,
  azureDevOps
]

/** Git hosts of all forges, which send on who asks for a repository by its old name. */
export const forgeHosts = (settings: ForgeSettings): ReadonlyArray<string> => [
  ...new Set([...forgeKinds.flatMap(({ hosts }) => hosts), ...namedForges(settings).keys()])
]

const isBelow = (host: string, domain = ""): boolean =>
  domain !== "" && host.endsWith(`.${domain}`) && /^[\w-]+$/.test(host.slice(0, -domain.length - 1))

/** The forge of a git host, by its configuration or by its name; undefined for hosts that nobody knows. */
export const forgeOf = (host: string, settings: ForgeSettings): KnownForge | undefined => {
  const named = namedForges(settings).get(host)
  const kind = named === undefined
    ? forgeKinds.find(({ domain, hosts }) => hosts.includes(host) || isBelow(host, domain))
    : forgeKinds.find(({ id }) => id === named.kind)
  return kind === undefined ? undefined : { kind, api: (named?.api ?? kind.apiOf(host)).replace(/\/+$/, "") }
}

/** Whether the configuration or the host's name says what it is, `none` included: it is not asked then. */
export const isSettled = (host: string, settings: ForgeSettings): boolean =>
  namedForges(settings).has(host) || forgeOf(host, settings) !== undefined
