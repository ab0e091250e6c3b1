/** The other built-in kinds as `kubectl get` shows them. */
import type {
  ConfigMap,
  CustomResourceDefinition,
  Event,
  Lease,
  Namespace,
  Node,
  PersistentVolumeClaim,
  Secret
} from "@orchestrator/k8s/Objects"
import { ageOf } from "../HumanDuration.ts"
import { ageColumn } from "./AgeColumn.ts"
import { type Column, column, joined, nameColumn, none, orNone, wide } from "./Column.ts"

const sizeOf = (...maps: ReadonlyArray<Readonly<Record<string, unknown>> | undefined>): number =>
  maps.reduce((sum, map) => sum + Object.keys(map ?? {}).length, 0)

export const configMapColumns: ReadonlyArray<Column<ConfigMap>> = [
  nameColumn,
  column("Data", "Number of keys", ({ binaryData, data }) => sizeOf(data, binaryData)),
  ageColumn
]

export const secretColumns: ReadonlyArray<Column<Secret>> = [
  nameColumn,
  column("Type", "What kind of secret it is", ({ type }) => type ?? "Opaque"),
  column("Data", "Number of keys", ({ data }) => sizeOf(data)),
  ageColumn
]

const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP"
}

const isBound = ({ status }: PersistentVolumeClaim): boolean => status?.phase === "Bound"

export const claimColumns: ReadonlyArray<Column<PersistentVolumeClaim>> = [
  nameColumn,
  column(
    "Status",
    "Whether the claim has its volume",
    ({ metadata, status }) => metadata.deletionTimestamp === undefined ? status?.phase ?? "Pending" : "Terminating"
  ),
  column("Volume", "Name of the volume", ({ spec }) => spec.volumeName ?? ""),
  column("Capacity", "Size of the volume", (claim) => isBound(claim) ? claim.status?.capacity?.["storage"] ?? "" : ""),
  column(
    "Access Modes",
    "How the volume may be mounted",
    (claim) =>
      isBound(claim) ? (claim.status?.accessModes ?? []).map((mode) => accessModes[mode] ?? mode).join(",") : ""
  ),
  column("StorageClass", "Class of the volume", ({ spec }) => spec.storageClassName ?? ""),
  column("VolumeAttributesClass", "Class of the volume's attributes", () => "<unset>"),
  ageColumn,
  wide("VolumeMode", "File system or raw device", ({ spec }) => spec.volumeMode ?? "Filesystem")
]

const lastSeen = ({ eventTime, firstTimestamp, lastTimestamp, metadata }: Event) =>
  lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp

export const eventColumns: ReadonlyArray<Column<Event>> = [
  column("Last Seen", "Time since it was seen last", (event, now) => ageOf(lastSeen(event), now)),
  column("Type", "Normal or Warning", ({ type }) => type ?? ""),
  column("Reason", "Why, in one word", ({ reason }) => reason ?? ""),
  column(
    "Object",
    "What it is about",
    ({ involvedObject: { kind, name } }) =>
      name === undefined ? kind?.toLowerCase() ?? "" : `${kind?.toLowerCase()}/${name}`
  ),
  wide("Subobject", "Part of the object", () => ""),
  wide("Source", "Who reports it", ({ reportingComponent, source }) => source?.component ?? reportingComponent ?? ""),
  column("Message", "What happened", ({ message }) => message?.trim() ?? ""),
  wide(
    "First Seen",
    "Time since it was seen first",
    (event, now) => ageOf(event.firstTimestamp ?? lastSeen(event), now)
  ),
  wide("Count", "How often it was seen", ({ count }) => count ?? 1),
  { ...nameColumn, priority: 1 }
]

export const leaseColumns: ReadonlyArray<Column<Lease>> = [
  nameColumn,
  column("Holder", "Who holds the lease", ({ spec }) => spec?.holderIdentity ?? ""),
  ageColumn
]

const nodeStatus = ({ spec, status }: Node): string => {
  const ready = status?.conditions?.find(({ type }) => type === "Ready")
  const word = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady"
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word
}

const rolePrefix = "node-role.kubernetes.io/"

const roles = ({ metadata }: Node): string =>
  joined(
    Object.keys(metadata.labels ?? {}).flatMap((key) => key.startsWith(rolePrefix) ? key.slice(rolePrefix.length) : [])
  )

const address = (type: string) => ({ status }: Node): string =>
  orNone(status?.addresses?.find((address) => address.type === type)?.address)

const nodeInfo = (key: string) => ({ status }: Node): string => status?.nodeInfo?.[key] ?? "<unknown>"

export const nodeColumns: ReadonlyArray<Column<Node>> = [
  nameColumn,
  column("Status", "Whether it takes pods", nodeStatus),
  column("Roles", "Roles by its labels", roles),
  ageColumn,
  column("Version", "Version of its kubelet", ({ status }) => status?.nodeInfo?.["kubeletVersion"] ?? ""),
  wide("Internal-IP", "Address within the cluster", address("InternalIP")),
  wide("External-IP", "Address from outside", address("ExternalIP")),
  wide("OS-Image", "Operating system", nodeInfo("osImage")),
  wide("Kernel-Version", "Kernel", nodeInfo("kernelVersion")),
  wide("Container-Runtime", "What runs the containers", nodeInfo("containerRuntimeVersion"))
]

export const namespaceColumns: ReadonlyArray<Column<Namespace>> = [
  nameColumn,
  column("Status", "Active or Terminating", ({ status }) => status?.phase ?? "Active"),
  ageColumn
]

const isEstablished = ({ status }: CustomResourceDefinition): boolean =>
  status?.conditions?.some(({ status, type }) => type === "Established" && status === "True") === true

export const definitionColumns: ReadonlyArray<Column<CustomResourceDefinition>> = [
  nameColumn,
  column("Scope", "Namespaced or Cluster", ({ spec }) => spec.scope),
  column("Versions", "Versions that are served", ({ spec }) => joined(spec.versions.map(({ name }) => name))),
  {
    ...column("Created At", "When it was created", ({ metadata }) => metadata.creationTimestamp ?? none),
    type: "date"
  },
  wide("Group", "Group of the kind", ({ spec }) => spec.group),
  wide("Kind", "Name of the kind", ({ spec }) => spec.names.kind),
  wide("ShortNames", "Short names for kubectl", ({ spec }) => joined(spec.names.shortNames)),
  { ...wide("Established", "Whether it is served", isEstablished), type: "boolean" }
]
