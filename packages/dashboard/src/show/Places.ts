/** Addresses within the page, from its base on. */
import { everyRunKind, type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"

export const places = {
  runs: "/",
  task: "/new",
  workspaces: "/workspaces",
  spend: "/spend",
  system: "/system"
} as const

export interface RunRef {
  readonly kind: KindName
  readonly name: string
}

/** By which runs of all kinds are told apart. */
export const keyOf = ({ kind, name }: RunRef): string => `${kind}/${name}`

/** Kinds are in addresses as the API's paths have them. */
export const runPlace = ({ kind, name }: RunRef): string => `/runs/${runKinds[kind].path}/${encodeURIComponent(name)}`
export const transcriptPlace = (run: RunRef): string => `${runPlace(run)}/transcript`
export const diffPlace = (run: RunRef): string => `${runPlace(run)}/diff`

/** The run of a route's parameters; undefined where they name no kind that there is. */
export const runAt = (
  { kind, name }: { readonly kind?: string | undefined; readonly name?: string | undefined }
): RunRef | undefined => {
  const found = everyRunKind.find(({ path }) => path === kind)
  return found === undefined || name === undefined ? undefined : { kind: found.kind, name }
}

/** A new task with what a run was asked for. */
export const againPlace = ({ kind, name }: RunRef): string =>
  `${places.task}?from=${encodeURIComponent(`${runKinds[kind].path}/${name}`)}`
