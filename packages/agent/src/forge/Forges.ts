/** The forges there are. */
import type { ForgeAdapter, ForgeSettings } from "./ForgeAdapter.ts"
import { gitea } from "./gitea/Gitea.ts"
import { gitHub } from "./github/GitHub.ts"

const forges: ReadonlyArray<ForgeAdapter> = [gitHub, gitea]

/** Git hosts of all forges. */
export const forgeHosts = (settings: ForgeSettings): ReadonlyArray<string> =>
  forges.flatMap(({ hosts }) => hosts(settings))

/** The forge of a git host, with the base URL of its API; undefined for hosts that nobody knows. */
export const forgeOf = (
  host: string,
  settings: ForgeSettings
): { readonly forge: ForgeAdapter; readonly api: string } | undefined => {
  for (const forge of forges) {
    const api = forge.apiOf(host, settings)
    if (api !== undefined) return { forge, api }
  }
  return undefined
}
