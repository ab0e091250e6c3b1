/** The smaller built-in kinds. */
import {
  atomic,
  conditions,
  defaultTo,
  flag,
  listBy,
  listOf,
  oneOf,
  open,
  quantities,
  record,
  setOf,
  text,
  textMap,
  texts,
  whole
} from "../Builders.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"

const configMap = record({ data: textMap, binaryData: textMap, immutable: flag })

const secret = record({ type: defaultTo("Opaque", text), data: textMap, stringData: textMap, immutable: flag })

const claim = record({
  spec: record({
    accessModes: texts,
    resources: record({ requests: quantities, limits: quantities }),
    storageClassName: text,
    volumeName: text,
    volumeMode: defaultTo("Filesystem", oneOf("Filesystem", "Block"))
  }),
  status: record({ phase: oneOf("Pending", "Bound", "Lost"), accessModes: texts, capacity: quantities, conditions })
}, ["spec"])

const lease = record({
  spec: record({
    holderIdentity: text,
    leaseDurationSeconds: { type: "integer", minimum: 1 },
    acquireTime: text,
    renewTime: text,
    leaseTransitions: { type: "integer", minimum: 0 }
  })
})

const time: StructuralSchema = { ...text, nullable: true, default: null }

const event = record({
  involvedObject: atomic(record({ apiVersion: text, kind: text, name: text, namespace: text, uid: text })),
  type: text,
  reason: text,
  message: text,
  count: whole,
  firstTimestamp: time,
  lastTimestamp: time,
  eventTime: time,
  reportingComponent: defaultTo("", text),
  reportingInstance: defaultTo("", text),
  source: defaultTo({}, record({ component: text, host: text }))
}, ["involvedObject"])

const namespace = record({
  spec: record({ finalizers: texts }),
  status: record({ phase: oneOf("Active", "Terminating"), conditions })
})

const serviceAccount = record({
  secrets: listBy(["name"], record({ name: text })),
  imagePullSecrets: listOf(record({ name: text })),
  automountServiceAccountToken: flag
})

const node = record({
  spec: record({
    unschedulable: flag,
    podCIDR: text,
    podCIDRs: setOf(text),
    taints: listOf(record({ key: text, value: text, effect: text }, ["key", "effect"]))
  }),
  status: record({
    capacity: quantities,
    allocatable: quantities,
    conditions,
    addresses: listBy(["type"], record({ type: text, address: text }, ["type", "address"])),
    nodeInfo: open,
    images: listOf(open)
  })
})

const definition = record({
  spec: record({
    group: text,
    scope: oneOf("Namespaced", "Cluster"),
    names: record({ plural: text, singular: text, kind: text, listKind: text, shortNames: texts, categories: texts }),
    versions: listOf(record({ name: text, served: flag, storage: flag }, ["name", "served", "storage"]))
  }, ["group", "names", "scope", "versions"]),
  status: record({ conditions, storedVersions: texts })
}, ["spec"])

const tokenReview = record({ spec: record({ token: text, audiences: texts }) }, ["spec"])

const accessReview = record({
  spec: record({
    user: text,
    uid: text,
    groups: texts,
    resourceAttributes: record({ namespace: text, verb: text, group: text, resource: text, name: text })
  })
}, ["spec"])

export const coreSchemas: Readonly<Record<string, StructuralSchema>> = {
  "/configmaps": configMap,
  "/secrets": secret,
  "/persistentvolumeclaims": claim,
  "coordination.k8s.io/leases": lease,
  "/events": event,
  "/namespaces": namespace,
  "/serviceaccounts": serviceAccount,
  "/nodes": node,
  "apiextensions.k8s.io/customresourcedefinitions": definition,
  "authentication.k8s.io/tokenreviews": tokenReview,
  "authorization.k8s.io/subjectaccessreviews": accessReview
}
