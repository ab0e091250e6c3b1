/**
 * Where the paths inside a container are on this host. Without a mount namespace every word and variable that names a mounted path is
 * rewritten, and the roots that scripts look for are told by variables.
 */
import { managedSettingsPath, runnerNames } from "@orchestrator/domain/PodEnvironment"

export interface Mounted {
  readonly mountPath: string
  readonly hostPath: string
  readonly readOnly: boolean
}

/** The path itself or what lies under a mount, on the host; other text as it is. The deepest mount decides. */
export const toHost = (mounts: ReadonlyArray<Mounted>, text: string): string => {
  const mount = mounts
    .filter(({ mountPath }) => text === mountPath || text.startsWith(`${mountPath}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0]
  return mount === undefined ? text : mount.hostPath + text.slice(mount.mountPath.length)
}

const roots: ReadonlyArray<readonly [variable: string, path: string]> = [
  [runnerNames.workspaceDir, "/workspace"],
  [runnerNames.configDir, "/config"],
  [runnerNames.orchestratorDir, "/opt/orchestrator"],
  [runnerNames.sshDir, "/etc/orchestrator/ssh"],
  [runnerNames.managedSettingsPath, managedSettingsPath],
  ["TMPDIR", "/tmp"]
]

/** The variables that say where the container's mounts are. */
export const rootVariables = (mounts: ReadonlyArray<Mounted>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    roots.flatMap(([variable, path]) => {
      const host = toHost(mounts, path)
      return host === path ? [] : [[variable, host]]
    })
  )

export const envToHost = (
  mounts: ReadonlyArray<Mounted>,
  env: Readonly<Record<string, string>>
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, toHost(mounts, value)]))
