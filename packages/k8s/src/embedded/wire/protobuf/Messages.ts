/**
 * Field numbers of the Kubernetes messages that clients create with protobuf, such as `kubectl create secret`. Each field: number, JSON
 * name, type. `[]` repeats, `{}` is a map of texts to the type, `...` puts the fields of a message in place of it, `?` keeps zero and
 * empty values, which are otherwise what Go writes for absent ones.
 */

const tables: Readonly<Record<string, string>> = {
  TypeMeta: "1 apiVersion string, 2 kind string",
  ObjectMeta: `1 name string, 2 generateName string, 3 namespace string, 4 selfLink string, 5 uid string,
    6 resourceVersion string, 7 generation int, 8 creationTimestamp time, 9 deletionTimestamp time,
    10 deletionGracePeriodSeconds int?, 11 labels string{}, 12 annotations string{}, 13 ownerReferences OwnerReference[],
    14 finalizers string[]`,
  OwnerReference: `1 kind string, 3 name string, 4 uid string, 5 apiVersion string, 6 controller bool?,
    7 blockOwnerDeletion bool?`,
  LabelSelector: "1 matchLabels string{}",
  DeleteOptions: `1 gracePeriodSeconds int?, 2 preconditions Preconditions, 3 orphanDependents bool?,
    4 propagationPolicy string, 5 dryRun string[]`,
  Preconditions: "1 uid string, 2 resourceVersion string",
  Namespace: "1 metadata ObjectMeta, 2 spec NamespaceSpec, 3 status Ignored",
  NamespaceSpec: "1 finalizers string[]",
  ConfigMap: "1 metadata ObjectMeta, 2 data string{}, 3 binaryData bytes{}, 4 immutable bool?",
  Secret: "1 metadata ObjectMeta, 2 data bytes{}, 3 type string, 4 stringData string{}, 5 immutable bool?",
  ServiceAccount: `1 metadata ObjectMeta, 2 secrets ObjectReference[], 3 imagePullSecrets LocalObjectReference[],
    4 automountServiceAccountToken bool?`,
  LocalObjectReference: "1 name string",
  ObjectReference: `1 kind string, 2 namespace string, 3 name string, 4 uid string, 5 apiVersion string,
    6 resourceVersion string, 7 fieldPath string`,
  Event:
    `1 metadata ObjectMeta, 2 involvedObject ObjectReference, 3 reason string, 4 message string, 5 source EventSource,
    6 firstTimestamp time, 7 lastTimestamp time, 8 count int, 9 type string, 10 eventTime microtime, 12 action string,
    13 related ObjectReference, 14 reportingComponent string, 15 reportingInstance string`,
  EventSource: "1 component string, 2 host string",
  Lease: "1 metadata ObjectMeta, 2 spec LeaseSpec",
  LeaseSpec: `1 holderIdentity string, 2 leaseDurationSeconds int?, 3 acquireTime microtime, 4 renewTime microtime,
    5 leaseTransitions int?`,
  Job: "1 metadata ObjectMeta, 2 spec JobSpec, 3 status Ignored",
  JobSpec: `1 parallelism int?, 2 completions int?, 3 activeDeadlineSeconds int?, 4 selector LabelSelector,
    5 manualSelector bool?, 6 template PodTemplateSpec, 7 backoffLimit int?, 8 ttlSecondsAfterFinished int?,
    9 completionMode string, 10 suspend bool?, 14 podReplacementPolicy string`,
  PodTemplateSpec: "1 metadata ObjectMeta, 2 spec PodSpec",
  Pod: "1 metadata ObjectMeta, 2 spec PodSpec, 3 status Ignored",
  PodSpec: `1 volumes Volume[], 2 containers Container[], 3 restartPolicy string, 4 terminationGracePeriodSeconds int?,
    5 activeDeadlineSeconds int?, 6 dnsPolicy string, 7 nodeSelector string{}, 8 serviceAccountName string,
    9 serviceAccount string, 10 nodeName string, 11 hostNetwork bool, 12 hostPID bool, 13 hostIPC bool,
    14 securityContext PodSecurityContext?, 15 imagePullSecrets LocalObjectReference[], 16 hostname string,
    17 subdomain string, 19 schedulerName string, 20 initContainers Container[], 21 automountServiceAccountToken bool?,
    24 priorityClassName string, 25 priority int?, 27 shareProcessNamespace bool?, 29 runtimeClassName string,
    30 enableServiceLinks bool?, 31 preemptionPolicy string`,
  PodSecurityContext: `2 runAsUser int?, 3 runAsNonRoot bool?, 5 fsGroup int?, 6 runAsGroup int?,
    9 fsGroupChangePolicy string`,
  SecurityContext: `2 privileged bool?, 4 runAsUser int?, 5 runAsNonRoot bool?, 6 readOnlyRootFilesystem bool?,
    7 allowPrivilegeEscalation bool?, 8 runAsGroup int?`,
  Container: `1 name string, 2 image string, 3 command string[], 4 args string[], 5 workingDir string,
    6 ports ContainerPort[], 7 env EnvVar[], 8 resources ResourceRequirements, 9 volumeMounts VolumeMount[],
    13 terminationMessagePath string, 14 imagePullPolicy string, 15 securityContext SecurityContext?, 16 stdin bool,
    17 stdinOnce bool, 18 tty bool, 20 terminationMessagePolicy string, 24 restartPolicy string`,
  ContainerPort: "1 name string, 2 hostPort int, 3 containerPort int, 4 protocol string, 5 hostIP string",
  ResourceRequirements: "1 limits quantity{}, 2 requests quantity{}",
  EnvVar: "1 name string, 2 value string, 3 valueFrom EnvVarSource",
  EnvVarSource: `1 fieldRef ObjectFieldSelector, 3 configMapKeyRef KeySelector, 4 secretKeyRef KeySelector`,
  ObjectFieldSelector: "1 apiVersion string, 2 fieldPath string",
  KeySelector: "1 name ...LocalObjectReference, 2 key string, 3 optional bool?",
  VolumeMount: `1 name string, 2 readOnly bool, 3 mountPath string, 4 subPath string, 5 mountPropagation string,
    6 subPathExpr string`,
  Volume: "1 name string, 2 volumeSource ...VolumeSource",
  VolumeSource: `2 emptyDir EmptyDirVolumeSource?, 6 secret SecretVolumeSource,
    10 persistentVolumeClaim PersistentVolumeClaimVolumeSource, 19 configMap ConfigMapVolumeSource`,
  EmptyDirVolumeSource: "1 medium string, 2 sizeLimit quantity",
  SecretVolumeSource: "1 secretName string, 2 items KeyToPath[], 3 defaultMode int?, 4 optional bool?",
  ConfigMapVolumeSource: "1 name ...LocalObjectReference, 2 items KeyToPath[], 3 defaultMode int?, 4 optional bool?",
  PersistentVolumeClaimVolumeSource: "1 claimName string, 2 readOnly bool",
  KeyToPath: "1 key string, 2 path string, 3 mode int?",
  TokenReview: "1 metadata ObjectMeta, 2 spec TokenReviewSpec, 3 status Ignored",
  TokenReviewSpec: "1 token string, 2 audiences string[]",
  SelfSubjectReview: "1 metadata ObjectMeta, 2 status Ignored",
  SelfSubjectAccessReview: "1 metadata ObjectMeta, 2 spec Ignored, 3 status Ignored",
  SelfSubjectRulesReview: "1 metadata ObjectMeta, 2 spec Ignored, 3 status Ignored",
  SubjectAccessReview: "1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec, 3 status Ignored",
  SubjectAccessReviewSpec: "1 resourceAttributes ResourceAttributes, 3 user string, 4 groups string[], 6 uid string",
  ResourceAttributes: `1 namespace string, 2 verb string, 3 group string, 4 version string, 5 resource string,
    6 subresource string, 7 name string`
}

export interface Field {
  readonly name: string
  /** string, bytes, int, bool, time, microtime, quantity, Ignored, or the name of a message. */
  readonly type: string
  readonly shape: "one" | "list" | "map" | "inline"
  readonly keepsZero: boolean
}

export type Message = ReadonlyMap<number, Field>

const fieldOf = (text: string): readonly [number, Field] => {
  const [number = "", name = "", written = ""] = text.trim().split(/\s+/)
  const shape = written.endsWith("[]")
    ? "list"
    : written.endsWith("{}")
    ? "map"
    : written.startsWith("...")
    ? "inline"
    : "one"
  return [Number(number), {
    name,
    type: written.replace(/\.\.\.|\[\]|\{\}|\?/g, ""),
    shape,
    keepsZero: written.endsWith("?")
  }]
}

const parsed = new Map<string, Message>()

/** The fields of a message; undefined where it is not in the table. */
export const messageOf = (name: string): Message | undefined => {
  const known = parsed.get(name)
  if (known !== undefined) return known
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined
  if (table === undefined) return undefined
  const message = new Map(table.split(",").filter((text) => text.trim() !== "").map(fieldOf))
  parsed.set(name, message)
  return message
}
