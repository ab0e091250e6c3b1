/** The other kinds of the core group. */
import { condition, objectMeta, typeFields } from "./MetaSchemas.ts"
import { type Fields, flag, int, list, object, open, ref, text, textMap, texts, time } from "./Schema.ts"

const core = (name: string) => `io.k8s.api.core.v1.${name}`

const metadata = ref(objectMeta, "Name, labels and the like.")

export const coreSchemas: Fields = {
  [core("ConfigMap")]: object("Configuration that pods read.", {
    ...typeFields,
    metadata,
    data: textMap("Keys with their texts."),
    binaryData: textMap("Keys with their bytes in base64."),
    immutable: flag("Whether the data can no longer be changed.")
  }),
  [core("Secret")]: object("Data that is not for everybody's eyes.", {
    ...typeFields,
    metadata,
    type: text("What kind of secret it is. Default Opaque."),
    data: textMap("Keys with their values in base64."),
    stringData: textMap("Keys with their values as they are; the server moves them to data."),
    immutable: flag("Whether the data can no longer be changed.")
  }),
  [core("PersistentVolumeClaim")]: object("A wish for storage that outlives pods.", {
    ...typeFields,
    metadata,
    spec: object("What is wished for.", {
      accessModes: texts("How the volume is to be mounted, such as ReadWriteOnce."),
      resources: object("How large.", {
        requests: textMap("Sizes, by resource: storage."),
        limits: textMap("Largest sizes.")
      }),
      storageClassName: text("Class of storage."),
      volumeName: text("Name of the bound volume."),
      volumeMode: text("Filesystem or Block."),
      selector: open("Labels that the volume must have.")
    }),
    status: object("What was given.", {
      phase: text("Pending, Bound or Lost."),
      accessModes: texts("How the volume can be mounted."),
      capacity: textMap("Sizes of the volume.")
    })
  }),
  [core("Event")]: object("Something that happened to an object.", {
    ...typeFields,
    metadata,
    involvedObject: object("The object.", {
      apiVersion: text("Its group and version."),
      kind: text("Its kind."),
      name: text("Its name."),
      namespace: text("Its namespace."),
      uid: text("Its identity."),
      resourceVersion: text("Its version."),
      fieldPath: text("Part of the object.")
    }),
    type: text("Normal or Warning."),
    reason: text("What happened, in one word."),
    message: text("What happened, for people."),
    count: int("How often."),
    firstTimestamp: time("When first."),
    lastTimestamp: time("When last."),
    eventTime: time("When, exactly."),
    action: text("What was done."),
    reportingComponent: text("Who reports it."),
    reportingInstance: text("Which instance of it."),
    source: object("Who reports it.", { component: text("Program."), host: text("Node.") })
  }),
  [core("Namespace")]: object("A part of the cluster in which names are unique.", {
    ...typeFields,
    metadata,
    spec: object("How it behaves.", { finalizers: texts("What must happen before it is removed.") }),
    status: object("How it is.", { phase: text("Active or Terminating.") })
  }),
  [core("ServiceAccount")]: object("An account that pods act as.", {
    ...typeFields,
    metadata,
    secrets: { type: "array", items: open("A secret."), description: "Secrets that its pods may use." },
    imagePullSecrets: { type: "array", items: open("A secret."), description: "Secrets to pull images with." },
    automountServiceAccountToken: flag("Whether its token is put into pods.")
  }),
  [core("Node")]: object("A machine that runs pods.", {
    ...typeFields,
    metadata,
    spec: object("How it is to behave.", {
      unschedulable: flag("Whether it takes no new pods."),
      taints: {
        type: "array",
        items: object("What keeps pods away.", {
          key: text("Key of the taint."),
          value: text("Its value."),
          effect: text("NoSchedule, PreferNoSchedule or NoExecute.")
        }, ["key", "effect"]),
        description: "What keeps pods away that do not tolerate it."
      }
    }),
    status: object("How it is.", {
      capacity: textMap("What it has."),
      allocatable: textMap("What pods may use of it."),
      conditions: list(condition, "Facts about the node.", "type"),
      addresses: { type: "array", items: open("An address."), description: "How it can be reached." },
      nodeInfo: textMap("Versions of its software."),
      daemonEndpoints: open("Ports of its programs.")
    })
  })
}
