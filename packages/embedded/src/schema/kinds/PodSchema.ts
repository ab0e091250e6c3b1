/** Pods and pod templates, with the defaults that the API server gives them. */
import {
  atomic,
  conditions,
  defaultTo,
  flag,
  listBy,
  listOf,
  natural,
  oneOf,
  open,
  quantities,
  quantity,
  record,
  text,
  textMap,
  texts,
  whole
} from "../Builders.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"

const keyRef = atomic(record({ name: text, key: text, optional: flag }, ["key"]))

const env = listBy(
  ["name"],
  record({
    name: text,
    value: text,
    valueFrom: record({
      secretKeyRef: keyRef,
      configMapKeyRef: keyRef,
      fieldRef: atomic(record({ apiVersion: defaultTo("v1", text), fieldPath: text }, ["fieldPath"])),
      resourceFieldRef: atomic(record({ containerName: text, resource: text, divisor: quantity }, ["resource"]))
    })
  }, ["name"])
)

const probe = record({
  timeoutSeconds: defaultTo(1, whole),
  periodSeconds: defaultTo(10, whole),
  successThreshold: defaultTo(1, whole),
  failureThreshold: defaultTo(3, whole)
})

const container = record({
  name: text,
  image: text,
  imagePullPolicy: oneOf("Always", "IfNotPresent", "Never"),
  command: texts,
  args: texts,
  workingDir: text,
  env,
  envFrom: listOf(record({ prefix: text })),
  ports: listBy(["containerPort", "protocol"], record({ containerPort: whole, protocol: defaultTo("TCP", text) })),
  volumeMounts: listBy(
    ["mountPath"],
    record({ name: text, mountPath: text, subPath: text, readOnly: flag }, ["name", "mountPath"])
  ),
  resources: defaultTo({}, record({ limits: quantities, requests: quantities })),
  securityContext: record({ capabilities: record({ add: texts, drop: texts }) }),
  restartPolicy: oneOf("Always", "OnFailure", "Never"),
  terminationMessagePath: defaultTo("/dev/termination-log", text),
  terminationMessagePolicy: defaultTo("File", oneOf("File", "FallbackToLogsOnError")),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe
}, ["name"])

const containers = listBy(["name"], container)

const items = listOf(record({ key: text, path: text, mode: whole }, ["key", "path"]))

const volumes = listBy(
  ["name"],
  record({
    name: text,
    configMap: record({ name: text, items, defaultMode: defaultTo(0o644, whole), optional: flag }),
    secret: record({ secretName: text, items, defaultMode: defaultTo(0o644, whole), optional: flag }),
    emptyDir: record({ medium: text, sizeLimit: quantity }),
    persistentVolumeClaim: record({ claimName: text, readOnly: flag }, ["claimName"]),
    projected: record({ defaultMode: defaultTo(0o644, whole), sources: listOf(open) })
  }, ["name"])
)

const podFields: Readonly<Record<string, StructuralSchema>> = {
  initContainers: containers,
  containers,
  ephemeralContainers: listBy(["name"], open),
  volumes,
  restartPolicy: defaultTo("Always", oneOf("Always", "OnFailure", "Never")),
  nodeName: text,
  nodeSelector: atomic(textMap),
  tolerations: listOf(record({ key: text, operator: text, value: text, effect: text, tolerationSeconds: whole })),
  affinity: open,
  serviceAccountName: text,
  automountServiceAccountToken: flag,
  terminationGracePeriodSeconds: defaultTo(30, natural),
  activeDeadlineSeconds: { type: "integer", minimum: 1 },
  securityContext: defaultTo({}, record({ supplementalGroups: listOf(whole) })),
  imagePullSecrets: listBy(["name"], record({ name: text })),
  dnsPolicy: defaultTo("ClusterFirst", text),
  schedulerName: defaultTo("default-scheduler", text),
  enableServiceLinks: flag,
  hostAliases: listBy(["ip"], record({ ip: text, hostnames: texts })),
  topologySpreadConstraints: listBy(["topologyKey", "whenUnsatisfiable"], open),
  runtimeClassName: text
}

const podSpec: StructuralSchema = record(
  {
    ...podFields,
    enableServiceLinks: defaultTo(true, flag),
    preemptionPolicy: defaultTo("PreemptLowerPriority", text)
  },
  ["containers"]
)

/** As a Job's template: it says itself how its pods restart. */
export const podTemplate: StructuralSchema = record({
  metadata: record({ labels: textMap, annotations: textMap }),
  spec: record({ ...podFields, restartPolicy: oneOf("Always", "OnFailure", "Never") }, ["containers"])
})

const state = record({
  waiting: record({ reason: text, message: text }),
  running: record({}),
  terminated: record({ exitCode: whole, signal: whole, reason: text, message: text }, ["exitCode"])
})

const containerStatuses = listOf(record({
  name: text,
  image: text,
  imageID: text,
  containerID: text,
  ready: flag,
  started: flag,
  restartCount: whole,
  state,
  lastState: state
}, ["name"]))

export const podSchema: StructuralSchema = record({
  spec: podSpec,
  status: record({
    phase: oneOf("Pending", "Running", "Succeeded", "Failed", "Unknown"),
    conditions,
    initContainerStatuses: containerStatuses,
    containerStatuses,
    podIPs: listBy(["ip"], record({ ip: text })),
    podIP: text,
    hostIP: text,
    reason: text,
    message: text
  })
}, ["spec"])
