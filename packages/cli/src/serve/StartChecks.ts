/** What a cluster must have for the program to work there, decided from what it says of itself. Each finding says what to do next. */
import { everyNamespace } from "@orchestrator/domain/Namespaces"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Permission, Verb } from "./Permissions.ts"

/** As `/version` has it; `minor` may end in a `+`. */
export interface ServerVersion {
  readonly major: string
  readonly minor: string
  readonly gitVersion: string
}

/** The part of a schema that is compared. */
export interface FieldSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly items?: FieldSchema
}

/** A definition of ours beside the one that the cluster has. */
export interface Definition {
  readonly kind: string
  readonly expected: FieldSchema
  /** `missing`: the cluster does not know the kind. `unknown`: it does not say how the kind looks. */
  readonly found: FieldSchema | "missing" | "unknown"
}

export interface ClusterFacts {
  readonly version: ServerVersion
  readonly namespaceMissing: boolean
  readonly definitions: ReadonlyArray<Definition>
  readonly denied: ReadonlyArray<Denied>
  /** Other namespaces whose runs are looked after; `*`: every one. */
  readonly places?: ReadonlyArray<Place>
}

export interface Place {
  readonly namespace: string
  readonly missing: boolean
  readonly denied: ReadonlyArray<Denied>
}

export interface Denied {
  readonly permission: Permission
  readonly verbs: ReadonlyArray<Verb>
}

export interface Finding {
  readonly message: string
  /** Whether the program cannot work before this is mended. */
  readonly blocks: boolean
}

const blocking = (message: string): Finding => ({ message, blocks: true })
const remark = (message: string): Finding => ({ message, blocks: false })

const minorOf = ({ major, minor }: ServerVersion): number =>
  Number(major) > 1 ? Number.POSITIVE_INFINITY : Number.parseInt(minor, 10)

const versionFindings = (
  version: ServerVersion,
  credentials: OrchestratorConfig["agent"]["credentials"]
): ReadonlyArray<Finding> => {
  const minor = minorOf(version)
  const found = `This is Kubernetes ${version.gitVersion}`
  if (minor < 29 && credentials === "broker") {
    return [blocking(
      `${found}; the broker is a native sidecar, which needs 1.29. Set agent.credentials: env (the agent's container then holds ` +
        "the keys), or upgrade the cluster"
    )]
  }
  return minor < 30
    ? [remark(
      `${found}; before 1.30 custom resources have no selectable fields, so kubectl cannot select runs by status.phase`
    )]
    : []
}

/** Paths of the fields that ours has and theirs would drop. */
const missingFields = (ours: FieldSchema, theirs: FieldSchema, path = ""): ReadonlyArray<string> => {
  if ("x-kubernetes-preserve-unknown-fields" in theirs) return []
  const fields = Object.entries(ours.properties ?? {}).flatMap(([name, schema]) => {
    const found = theirs.properties?.[name]
    const at = path === "" ? name : `${path}.${name}`
    return found === undefined ? [at] : missingFields(schema, found, at)
  })
  const items = ours.items === undefined || theirs.items === undefined
    ? []
    : missingFields(ours.items, theirs.items, `${path}[]`)
  return [...fields, ...items]
}

const apply = "Apply this version's: orchestrator crds | kubectl apply --server-side -f -"

const shown = 4

const definitionFindings = ({ expected, found, kind }: Definition): ReadonlyArray<Finding> => {
  if (found === "unknown") return []
  if (found === "missing") return [blocking(`The CustomResourceDefinition of ${kind} is not installed. ${apply}`)]
  const fields = missingFields(expected, found)
  if (fields.length === 0) return []
  const more = fields.length > shown ? ` and ${fields.length - shown} more` : ""
  return [blocking(
    `The cluster's definition of ${kind} is older than this program: it would drop ${
      fields.slice(0, shown).join(", ")
    }${more}. ${apply}`
  )]
}

/** `jobs.batch/status`, as `kubectl auth can-i` takes it. */
const resourceOf = ({ kind: { group, plural }, subresource }: Permission) =>
  `${plural}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`

const rightOf = ({ permission, verbs }: Denied) => {
  const { kind: { namespaced }, name } = permission
  return `${verbs.join(", ")} ${resourceOf(permission)}${name === undefined ? "" : ` "${name}"`}${
    namespaced ? "" : " (cluster-wide)"
  }`
}

export const rightsFindings = (denied: ReadonlyArray<Denied>, namespace: string): ReadonlyArray<Finding> => {
  const needed = denied.filter(({ permission }) => permission.lost === undefined)
  const everywhere = namespace === everyNamespace
  const where = everywhere ? "every namespace" : `namespace ${namespace}`
  const remarks = denied.flatMap((each) =>
    each.permission.lost === undefined
      ? []
      : [remark(`Not allowed in ${where}: ${rightOf(each)}: ${each.permission.lost}`)]
  )
  if (needed.length === 0) return remarks
  return [
    blocking(
      `Missing permissions in ${where}: ${
        needed.map(rightOf).join("; ")
      }. The chart grants them (rbac.create: true), ` +
        `or create a ${
          everywhere ? "ClusterRole" : "Role"
        } like the chart's. List what is granted: kubectl auth can-i --list${everywhere ? "" : ` -n ${namespace}`}`
    ),
    ...remarks
  ]
}

const placeFindings = ({ denied, missing, namespace }: Place): ReadonlyArray<Finding> =>
  missing
    ? [blocking(
      `The namespace ${namespace} of watchNamespaces does not exist. Take it out, or create it: kubectl create namespace ${namespace}`
    )]
    : rightsFindings(denied, namespace)

export interface Needs {
  readonly namespace: string
  readonly credentials: OrchestratorConfig["agent"]["credentials"]
}

/** Everything that is amiss; nothing when the cluster is as it must be. */
export const findings = (facts: ClusterFacts, { credentials, namespace }: Needs): ReadonlyArray<Finding> => [
  ...versionFindings(facts.version, credentials),
  ...(facts.namespaceMissing
    ? [blocking(
      `The namespace ${namespace} does not exist. Choose another with --namespace (KUBERNETES_NAMESPACE), or create it: ` +
        `kubectl create namespace ${namespace}`
    )]
    : []),
  ...facts.definitions.flatMap(definitionFindings),
  ...rightsFindings(facts.denied, namespace),
  ...(facts.places ?? []).flatMap(placeFindings)
]

/** A rule of a SelfSubjectRulesReview's answer. */
export interface GrantedRule {
  readonly verbs: ReadonlyArray<string>
  readonly apiGroups?: ReadonlyArray<string>
  readonly resources?: ReadonlyArray<string>
  readonly resourceNames?: ReadonlyArray<string>
}

const has = (list: ReadonlyArray<string> | undefined, value: string) =>
  list !== undefined && (list.includes("*") || list.includes(value))

const grants = ({ kind, name, subresource }: Permission, verb: Verb) => (rule: GrantedRule): boolean => {
  const { resourceNames = [] } = rule
  const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`
  return has(rule.verbs, verb) && has(rule.apiGroups, kind.group) &&
    (has(rule.resources, resource) || (subresource !== undefined && has(rule.resources, `*/${subresource}`))) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)))
}

/** What the rules do not show to be allowed. */
export const notGranted = (
  wanted: ReadonlyArray<Permission>,
  rules: ReadonlyArray<GrantedRule>
): ReadonlyArray<Denied> =>
  wanted.flatMap((permission) => {
    const verbs = permission.verbs.filter((verb) => !rules.some(grants(permission, verb)))
    return verbs.length === 0 ? [] : [{ permission, verbs }]
  })
