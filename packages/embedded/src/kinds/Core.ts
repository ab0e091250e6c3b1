/** The smaller kinds of the core group, and leases. */
import {
  atomic,
  defaultTo,
  type Fields,
  flag,
  listBy,
  listOf,
  named,
  natural,
  oneOf,
  open,
  positive,
  quantities,
  record,
  setOf,
  text,
  textMap,
  texts,
  time,
  whole
} from "./Describe.ts"
import { conditions } from "./Metadata.ts"

const core = (name: string, description: string, fields: Fields, required: ReadonlyArray<string> = []) =>
  named(`io.k8s.api.core.v1.${name}`, record(description, fields, required))

export const configMap = core("ConfigMap", "Configuration that pods read.", {
  data: textMap("Keys with their texts."),
  binaryData: textMap("Keys with their bytes in base64."),
  immutable: flag("Whether the data can no longer be changed.")
})

export const secret = core("Secret", "Data that is not for everybody's eyes.", {
  type: defaultTo("Opaque", text("What kind of secret it is. Default Opaque.")),
  data: textMap("Keys with their values in base64."),
  stringData: textMap("Keys with their values as they are; the server moves them to data."),
  immutable: flag("Whether the data can no longer be changed.")
})

export const claim = core("PersistentVolumeClaim", "A request for storage that outlives pods.", {
  spec: record("What is asked for.", {
    accessModes: texts("How the volume is to be mounted, such as ReadWriteOnce."),
    resources: record("How large.", {
      requests: quantities("Sizes, by resource: storage."),
      limits: quantities("Largest sizes.")
    }),
    storageClassName: text("Class of storage."),
    volumeName: text("Name of the bound volume."),
    volumeMode: defaultTo("Filesystem", oneOf("Filesystem or Block.", "Filesystem", "Block")),
    selector: open("Labels that the volume must have.")
  }),
  status: record("What was given.", {
    phase: oneOf("Pending, Bound or Lost.", "Pending", "Bound", "Lost"),
    accessModes: texts("How the volume can be mounted."),
    capacity: quantities("Sizes of the volume."),
    conditions: conditions("Facts about the claim.")
  })
}, ["spec"])

export const lease = named(
  "io.k8s.api.coordination.v1.Lease",
  record("Something that only one program holds at a time.", {
    spec: record("Who holds it, and until when.", {
      holderIdentity: text("Who holds it."),
      leaseDurationSeconds: positive("Seconds that others wait after the last renewal."),
      acquireTime: time("When the holder got it."),
      renewTime: time("When the holder renewed it last."),
      leaseTransitions: natural("How often it went to another holder.")
    })
  })
)

const eventTime = (description: string) => defaultTo(null, time(description))

export const event = core("Event", "Something that happened to an object.", {
  involvedObject: atomic(record("The object.", {
    apiVersion: text("Its group and version."),
    kind: text("Its kind."),
    name: text("Its name."),
    namespace: text("Its namespace."),
    uid: text("Its identity."),
    resourceVersion: text("Its version."),
    fieldPath: text("Part of the object.")
  })),
  type: text("Normal or Warning."),
  reason: text("What happened, in one word."),
  message: text("What happened, for people."),
  count: whole("How often."),
  firstTimestamp: eventTime("When first."),
  lastTimestamp: eventTime("When last."),
  eventTime: eventTime("When, exactly."),
  series: record("Of one that came again.", {
    count: whole("How often by now."),
    lastObservedTime: time("When last.")
  }),
  action: text("What was done."),
  reportingComponent: defaultTo("", text("Program that reports it.")),
  reportingInstance: defaultTo("", text("Which instance of it.")),
  source: defaultTo({}, record("Who reports it.", { component: text("Program."), host: text("Node.") }))
}, ["involvedObject"])

export const namespace = core("Namespace", "A part of the cluster in which names are unique.", {
  spec: record("How it behaves.", { finalizers: texts("What must happen before it is removed.") }),
  status: record("How it is.", {
    phase: oneOf("Active or Terminating.", "Active", "Terminating"),
    conditions: conditions("Facts about the namespace.")
  })
})

const secretName = record("A secret.", { name: text("Name of the secret.") })

export const serviceAccount = core("ServiceAccount", "An account that pods act as.", {
  secrets: listBy("Secrets that its pods may use.", ["name"], secretName),
  imagePullSecrets: listOf("Secrets to pull images with.", secretName),
  automountServiceAccountToken: flag("Whether its token is put into pods.")
})

export const node = core("Node", "A machine that runs pods.", {
  spec: record("How it is to behave.", {
    unschedulable: flag("Whether it takes no new pods."),
    podCIDR: text("Addresses of its pods."),
    podCIDRs: setOf("Addresses of its pods.", { type: "string" }),
    taints: listOf(
      "What keeps pods away that do not tolerate it.",
      record("What keeps pods away.", {
        key: text("Key of the taint."),
        value: text("Its value."),
        effect: text("NoSchedule, PreferNoSchedule or NoExecute.")
      }, ["key", "effect"])
    )
  }),
  status: record("How it is.", {
    capacity: quantities("What it has."),
    allocatable: quantities("What pods may use of it."),
    conditions: conditions("Facts about the node."),
    addresses: listBy(
      "How it can be reached.",
      ["type"],
      record("An address.", { type: text("Kind of address, such as InternalIP."), address: text("The address.") }, [
        "type",
        "address"
      ])
    ),
    nodeInfo: open("Versions of its software."),
    daemonEndpoints: open("Ports of its programs."),
    images: listOf("Images that it has.", open("An image."))
  })
})
