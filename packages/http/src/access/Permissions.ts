/** Permissions in the words of Kubernetes: what is asked of the cluster, what a refusal says, and the commands that grant it. Pure. */
import { fnv1a } from "@orchestrator/domain/Hash"
import { sanitize } from "@orchestrator/domain/Names"
import { shellWord } from "@orchestrator/domain/ShellWord"
import { kinds } from "@orchestrator/k8s/Kinds"
import type { SubjectAccessReview } from "@orchestrator/k8s/Objects"
import type { Need, Permission, Resource } from "../contract/Access.ts"

const core = { group: "", version: "v1" }

const apis: ReadonlyMap<string, typeof core> = new Map(
  kinds.map(({ group, plural, version }) => [plural, { group, version }])
)

const apiOf = (resource: Resource) => apis.get(resource) ?? core

/** `coderuns.orchestrator.platform`, `pods/log`: as kubectl writes it. */
export const resourceOf = ({ resource, subresource }: Permission): string => {
  const { group } = apiOf(resource)
  return `${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`
}

/** Two permissions are the same when their texts are. */
export const permissionText = (permission: Permission): string =>
  `${permission.verb} ${resourceOf(permission)}${
    permission.name === undefined ? "" : ` ${JSON.stringify(permission.name)}`
  }`

export const attributesOf = (
  { name, resource, subresource, verb }: Permission,
  namespace: string
): SubjectAccessReview["spec"]["resourceAttributes"] & object => ({
  namespace,
  verb,
  ...apiOf(resource),
  resource,
  ...(subresource === undefined ? {} : { subresource }),
  ...(name === undefined ? {} : { name })
})

/** What an endpoint needs, for the run that the path names. */
export const permissionsOf = (
  needs: ReadonlyArray<Need>,
  params: Readonly<Record<string, string | undefined>>
): ReadonlyArray<Permission> =>
  needs.map(({ named, ...permission }) =>
    named === true && params["name"] !== undefined ? { ...permission, name: params["name"] } : permission
  )

/** Permissions that one role holds: the same verb on the same resource, with the names it is limited to. */
interface PolicyRule {
  readonly verb: string
  readonly resource: string
  readonly names: ReadonlyArray<string>
}

/** Runs come and go, so a role for them names none; a Secret and a Lease are granted by their names. */
const namesOf = ({ name, resource }: Permission): ReadonlyArray<string> =>
  name !== undefined && ["secrets", "leases"].includes(resource) ? [name] : []

const rulesOf = (permissions: ReadonlyArray<Permission>): ReadonlyArray<PolicyRule> => {
  const rules = new Map<string, PolicyRule>()
  for (const permission of permissions) {
    const { verb } = permission
    const resource = resourceOf(permission)
    const key = `${verb} ${resource}`
    const names = [...(rules.get(key)?.names ?? []), ...namesOf(permission)]
    rules.set(key, { verb, resource, names: [...new Set(names)] })
  }
  return [...rules.values()]
}

const quoted = (text: string): string => /^[\w@%+=:,./-]+$/.test(text) ? text : shellWord(text)

const serviceAccount = /^system:serviceaccount:([^:]+:[^:]+)$/

const subject = (user: string): string => {
  const account = serviceAccount.exec(user)?.[1]
  return account === undefined ? `--user=${quoted(user)}` : `--serviceaccount=${quoted(account)}`
}

/** The same role for whoever needs the same; the binding is one user's. */
const roleName = ({ names, resource, verb }: PolicyRule): string => {
  const name = sanitize(`orchestrator ${verb} ${resource.split(".")[0] ?? ""}`)
  return names.length === 0 ? name : `${name}-${fnv1a(names.toSorted().join(" ")).slice(0, 8)}`
}

/** `kubectl create role` takes no `use` of a Secret. */
const roleText = (name: string, { names, resource, verb }: PolicyRule): string =>
  JSON.stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name },
    rules: [{ apiGroups: [""], resources: [resource], resourceNames: names, verbs: [verb] }]
  })

const grantOf = (rule: PolicyRule, user: string, namespace: string): ReadonlyArray<string> => {
  const role = roleName(rule)
  const binding = `${role}-${fnv1a(user).slice(0, 8)}`
  const names = rule.names.map((name) => ` --resource-name=${quoted(name)}`).join("")
  return [
    rule.verb === "use"
      ? `echo ${shellWord(roleText(role, rule))} | kubectl apply -n ${namespace} -f -`
      : `kubectl create role ${role} -n ${namespace} --verb=${rule.verb} --resource=${rule.resource}${names}`,
    `kubectl create rolebinding ${binding} -n ${namespace} --role=${role} ${subject(user)}`
  ]
}

/** The commands by which an administrator grants the permissions. */
export const grantLines = (
  permissions: ReadonlyArray<Permission>,
  user: string,
  namespace: string
): ReadonlyArray<string> => rulesOf(permissions).flatMap((rule) => grantOf(rule, user, namespace))
