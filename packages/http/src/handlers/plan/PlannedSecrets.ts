/**
 * What a run lacks of Secrets and of its requester's rights to them. Whether a Secret that its spec stands for is there is told only to who
 * may use it; the installation's own are everybody's, as /ready says. Of a Secret nothing is looked at but which keys it has.
 */
import { SecretKind } from "@orchestrator/k8s/Kinds"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect } from "effect"
import { grantLines, permissionText } from "../../access/Permissions.ts"
import { secretPermissions } from "../../access/Secrets.ts"
import { type Permission, Requester } from "../../contract/Access.ts"
import type { RunPlan } from "../../contract/RunPlans.ts"
import type { NeededSecret } from "../../services/Previews.ts"
import type { RunAccess } from "../RunAccess.ts"

type Missing = RunPlan["missing"][number]

const textOf = (permission: Permission): string => permissionText(permission).replaceAll("\"", "")

/** Permissions of these that the requester lacks. */
const lacking = Effect.fnUntraced(function*(permissions: ReadonlyArray<Permission>) {
  const { require } = yield* Requester
  return yield* Effect.filter(
    permissions,
    (permission) =>
      require([permission]).pipe(Effect.as(false), Effect.catchTag("PermissionMissing", () => Effect.succeed(true)))
  )
})

/** Whether the requester may do all of that. */
export const may = (...permissions: ReadonlyArray<Permission>) =>
  Effect.map(lacking(permissions), (missing) => missing.length === 0)

/** What a requester lacks to start a run with this spec. */
export const missingRights = Effect.fnUntraced(
  function*({ settings }: RunAccess, spec: Readonly<Record<string, unknown>>) {
    const { user } = yield* Requester
    const missing = yield* lacking(secretPermissions(spec, settings))
    return missing.map((permission): Missing => ({
      kind: "Permission",
      name: textOf(permission),
      state: "missing",
      consequence: "The run is refused: its agent could hand out what the Secret holds",
      fix: grantLines([permission], user.username, settings.namespace)
    }))
  }
)

/** Serves both who has no such Secret and whose Secret lacks the keys. */
const makeSecret = ({ keys, name }: NeededSecret, namespace: string): string =>
  `kubectl create secret generic ${name} -n ${namespace} ${
    keys.map((key) => `--from-file=${key}=/path/to/${key}`).join(" ")
  } --dry-run=client -o yaml | kubectl apply -f -`

const consequenceOf = ({ optional }: NeededSecret): string =>
  optional
    ? "The run starts without it; what needs it fails, or does without"
    : "The pod of the run does not start, and the run ends as Failed"

const look = Effect.fnUntraced(function*(
  { client, settings: { namespace } }: RunAccess,
  needed: NeededSecret,
  permission: Permission | undefined
) {
  if (permission !== undefined && !(yield* may(permission))) return "unknown"
  return yield* client.get(SecretKind, { name: needed.name, namespace }).pipe(
    Effect.map(({ data = {} }) => {
      const there = needed.keys.filter((key) => (data[key] ?? "") !== "")
      const enough = needed.optional ? Math.min(1, needed.keys.length) : needed.keys.length
      return there.length >= enough ? "there" : "missing"
    }),
    Effect.catchIf(hasReason("NotFound"), () => Effect.succeed("missing")),
    // The orchestrator itself may read the Secret with the model's key and no other, unless somebody lets it.
    Effect.orElseSucceed(() => "unknown")
  )
})

/** Keys of a Secret that is mounted whole, for the command that makes it. */
const withKeys = (needed: NeededSecret): NeededSecret =>
  needed.keys.length === 0 ? { ...needed, keys: ["ssh-privatekey"] } : needed

export const missingSecrets = Effect.fnUntraced(function*(
  runs: RunAccess,
  spec: Readonly<Record<string, unknown>>,
  secrets: ReadonlyArray<NeededSecret>
) {
  const permissions = secretPermissions(spec, runs.settings)
  const found = yield* Effect.forEach(secrets, (needed) =>
    Effect.map(
      look(runs, needed, permissions.find(({ name }) => name === needed.name)),
      (state) => ({ needed, state })
    ))
  return found.flatMap(({ needed, state }): ReadonlyArray<Missing> => {
    if (state === "there") return []
    const { keys, name } = withKeys(needed)
    return [{
      kind: "Secret",
      name,
      keys,
      state: state === "missing" ? "missing" : "unknown",
      consequence: consequenceOf(needed),
      fix: [makeSecret({ ...needed, keys }, runs.settings.namespace)]
    }]
  })
})
