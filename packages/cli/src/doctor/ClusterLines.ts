/** What the facts of an installation mean, one line for each thing that agents need. Pure. */
import { fail, findingLines, type Line, ok, warn } from "../serve/Line.ts"
import { rightsFindings } from "../serve/StartChecks.ts"
import type { InstallationFacts, Look } from "./Facts.ts"
import { nodeLines, quotaLines } from "./RoomLines.ts"
import { appLines, mayNotLook, userLines } from "./SecretLines.ts"

const deploymentLine = ({ deployment, place: { name, namespace } }: InstallationFacts): Line => {
  if (deployment === "forbidden") return mayNotLook("deployment", `Deployments in namespace ${namespace}`)
  if (deployment === "missing") {
    return fail(
      "deployment",
      `there is no Deployment ${name} in namespace ${namespace}`,
      `helm install ${name} ./chart -n ${namespace} --create-namespace; or name another with --namespace and --api-service`
    )
  }
  const { readyReplicas = 0, replicas = 0 } = deployment.status ?? {}
  return readyReplicas > 0
    ? ok("deployment", `${readyReplicas} of ${replicas} replicas are ready`)
    : fail(
      "deployment",
      `none of ${replicas} replicas is ready`,
      `kubectl -n ${namespace} describe pods -l app.kubernetes.io/name=orchestrator`
    )
}

const storageLine = ({ config, storageClasses }: InstallationFacts): Line => {
  if (typeof storageClasses === "string") return mayNotLook("storage class", "StorageClasses")
  const wanted = config?.storage.storageClassName
  const next = "Set storage.storageClassName to one that kubectl get storageclasses lists"
  if (wanted !== undefined && wanted !== "") {
    return storageClasses.some(({ metadata }) => metadata.name === wanted)
      ? ok("storage class", wanted)
      : fail("storage class", `there is no StorageClass ${wanted}`, next)
  }
  const standard = storageClasses.find(({ metadata: { annotations } }) =>
    annotations?.["storageclass.kubernetes.io/is-default-class"] === "true"
  )
  return standard === undefined
    ? fail("storage class", "none is configured and the cluster has no default: workspaces stay pending", next)
    : ok("storage class", `${standard.metadata.name}, the cluster's default`)
}

/** Network plug-ins by what runs of them on every node, and whether they enforce NetworkPolicies. */
const enforcing = /calico|canal|cilium|antrea|kube-router|weave|ovn|kindnet|aws-node|azure-npm|anetd|netd/
const notEnforcing = /flannel/

const pluginLine = ({ nodeAgents }: InstallationFacts): Line => {
  const check = "network policy support"
  if (typeof nodeAgents === "string") return mayNotLook(check, "DaemonSets of kube-system")
  const names = nodeAgents.map(({ metadata }) => metadata.name)
  const known = names.filter((name) => enforcing.test(name))
  if (known.length > 0) return ok(check, `${known.join(", ")} enforces NetworkPolicies`)
  const plain = names.filter((name) => notEnforcing.test(name))
  return plain.length > 0
    ? fail(
      check,
      `${plain.join(", ")} enforces no NetworkPolicies: agents reach the whole network`,
      "Add a policy engine such as Calico, or use another network plug-in"
    )
    : warn(
      check,
      "no network plug-in was recognized",
      "Try it: a pod with the labels of an agent must not reach the API server"
    )
}

const policyLines = (
  { admissionPolicies, namespaceLabels, networkPolicies, place: { name } }: InstallationFacts
): ReadonlyArray<Line> => {
  const has = (list: Look<ReadonlyArray<{ readonly metadata: { readonly name: string } }>>, wanted: RegExp) =>
    typeof list !== "string" && list.some(({ metadata }) => wanted.test(metadata.name))
  const level = typeof namespaceLabels === "string" ? undefined : namespaceLabels["pod-security.kubernetes.io/enforce"]
  return [
    typeof networkPolicies === "string"
      ? mayNotLook("network policy", "NetworkPolicies")
      : has(networkPolicies, new RegExp(`^${name}-agents$`))
      ? ok("network policy", `${name}-agents limits what agents reach`)
      : fail(
        "network policy",
        "agents may reach the whole network",
        "helm upgrade ... --set networkPolicy.agent.enabled=true"
      ),
    typeof admissionPolicies === "string"
      ? mayNotLook("admission policy", "ValidatingAdmissionPolicies")
      : has(admissionPolicies, /-secrets(-\d+)?$/)
      ? ok("admission policy", "kubectl users are held to the Secrets that they may read")
      : warn(
        "admission policy",
        "whoever may create runs by kubectl uses every Secret of the namespace",
        "helm upgrade ... --set admissionPolicy.enabled=true (Kubernetes 1.30)"
      ),
    level === "restricted"
      ? ok("pod security", "the namespace enforces restricted")
      : warn(
        "pod security",
        `the namespace enforces ${level ?? "nothing"}`,
        "kubectl label namespace NAMESPACE pod-security.kubernetes.io/enforce=restricted"
      )
  ]
}

const pullFailures = new Set(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"])

const pullLine = ({ config, place: { namespace }, pods }: InstallationFacts): Line => {
  if (typeof pods === "string") return mayNotLook("image pull", `pods in namespace ${namespace}`)
  const stuck = pods.flatMap(({ metadata, status }) =>
    [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []]
      .filter(({ state }) => pullFailures.has(state?.waiting?.reason ?? ""))
      .map(({ name, state }) => `${metadata.name}/${name}: ${state?.waiting?.message ?? state?.waiting?.reason ?? ""}`)
  )
  const image = config === undefined ? "" : `, agents run ${config.agent.image.repository}:${config.agent.image.tag}`
  const [first] = stuck
  return first === undefined
    ? ok("image pull", `no pod waits for an image${image}`)
    : fail("image pull", first, "Is the name right, and may the namespace pull it: agent.image, agent.imagePullSecrets")
}

const rightsLines = ({ denied, place: { namespace } }: InstallationFacts): ReadonlyArray<Line> =>
  denied === "missing"
    ? []
    : denied === "forbidden"
    ? [mayNotLook("rights", "what others are allowed (create subjectaccessreviews)")]
    : findingLines("rights", "the service account has all that the program needs", rightsFindings(denied, namespace))

/** Everything but the server and the key, in the order in which one would mend it. */
export const clusterLines = (facts: InstallationFacts): ReadonlyArray<Line> => [
  deploymentLine(facts),
  ...(facts.config === undefined && typeof facts.deployment !== "string"
    ? [warn("configuration", "the mounted config.yaml could not be read", "The built-in settings were assumed below")]
    : []),
  ...rightsLines(facts),
  ...userLines(facts),
  ...appLines(facts),
  storageLine(facts),
  pluginLine(facts),
  ...policyLines(facts),
  pullLine(facts),
  ...nodeLines(facts),
  ...quotaLines(facts)
]
