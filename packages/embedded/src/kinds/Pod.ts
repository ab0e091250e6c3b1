/** Pods and pod templates, with the defaults that the API server gives them. */
import { container, core } from "./Container.ts"
import {
  atomic,
  defaultTo,
  type Fields,
  flag,
  listBy,
  listOf,
  meaning,
  named,
  natural,
  oneOf,
  open,
  positive,
  quantity,
  record,
  text,
  textMap,
  texts,
  time,
  whole
} from "./Describe.ts"
import { conditions } from "./Metadata.ts"

const containers = (description: string) => listBy(description, ["name"], container)

const volumeFiles: Fields = {
  items: listOf(
    "Keys to take; absent: all.",
    record("A key and the file it becomes.", {
      key: text("Key to take."),
      path: text("Path of the file within the volume."),
      mode: whole("Mode bits of the file.")
    }, ["key", "path"])
  ),
  defaultMode: defaultTo(0o644, whole("Mode bits of the files. Default 0644.")),
  optional: flag("Whether the object may be missing.")
}

const volume = named(
  core("Volume"),
  record("A folder that containers can mount.", {
    name: text("Name, unique within the pod."),
    configMap: record("Keys of a ConfigMap as files.", { name: text("Name of the ConfigMap."), ...volumeFiles }),
    secret: record("Keys of a Secret as files.", { secretName: text("Name of the Secret."), ...volumeFiles }),
    emptyDir: record("A folder that lives as long as the pod.", {
      medium: text("Empty, or Memory."),
      sizeLimit: quantity("Largest size.")
    }),
    persistentVolumeClaim: record("A claimed volume.", {
      claimName: text("Name of the claim."),
      readOnly: flag("Whether it cannot be written to.")
    }, ["claimName"]),
    projected: record("Several sources in one folder.", {
      defaultMode: defaultTo(0o644, whole("Mode bits of the files. Default 0644.")),
      sources: listOf("The sources.", open("One source."))
    }),
    hostPath: open("A folder of the node.")
  }, ["name"])
)

const podFields: Fields = {
  initContainers: containers("Containers that run one after the other before the others start."),
  containers: containers("Containers that run side by side."),
  ephemeralContainers: listBy("Containers added to debug the pod.", ["name"], open("A container.")),
  volumes: listBy("Folders that containers can mount.", ["name"], volume),
  restartPolicy: oneOf("Always, OnFailure or Never.", "Always", "OnFailure", "Never"),
  nodeName: text("Node to run on; set by the scheduler."),
  nodeSelector: atomic(textMap("Labels that the node must have.")),
  tolerations: listOf(
    "Taints of nodes that do not matter.",
    record("A taint that is tolerated.", {
      key: text("Key of the taint; empty: any."),
      operator: text("Equal or Exists."),
      value: text("Value of the taint."),
      effect: text("Effect of the taint; empty: any."),
      tolerationSeconds: whole("Seconds for which NoExecute is tolerated; absent: for ever.")
    })
  ),
  affinity: open("Rules on which node to run, near what."),
  serviceAccountName: text("Account that the pod acts as."),
  automountServiceAccountToken: flag("Whether the account's token is put into the containers."),
  terminationGracePeriodSeconds: defaultTo(
    30,
    natural("Seconds between the request to stop and the kill. Default 30.")
  ),
  activeDeadlineSeconds: positive("Seconds after which the pod is failed."),
  securityContext: defaultTo(
    {},
    record("User, group and rights of all containers.", {
      supplementalGroups: listOf("Groups of the processes.", { type: "integer" })
    })
  ),
  imagePullSecrets: listBy(
    "Secrets to pull images with.",
    ["name"],
    record("A secret of this namespace.", { name: text("Name of the secret.") })
  ),
  dnsPolicy: defaultTo("ClusterFirst", text("How names are resolved.")),
  schedulerName: defaultTo("default-scheduler", text("Scheduler that places the pod.")),
  priorityClassName: text("Class of the pod's priority."),
  preemptionPolicy: text("Whether the pod may displace others."),
  hostNetwork: flag("Whether the pod uses the node's network."),
  enableServiceLinks: flag("Whether services show as environment variables."),
  hostAliases: listBy(
    "Lines of the containers' hosts file.",
    ["ip"],
    record("An address and its names.", { ip: text("The address."), hostnames: texts("Its names.") })
  ),
  topologySpreadConstraints: listBy(
    "How pods are spread over the nodes.",
    ["topologyKey", "whenUnsatisfiable"],
    open("A constraint.")
  ),
  runtimeClassName: text("Class of the container runtime.")
}

/** As a Job's template: it says itself how its pods restart. */
const templateSpec = named(core("PodSpec"), record("What a pod runs, and how.", podFields, ["containers"]))

const podSpec = {
  ...templateSpec,
  properties: {
    ...podFields,
    restartPolicy: defaultTo("Always", podFields["restartPolicy"] ?? {}),
    enableServiceLinks: defaultTo(true, podFields["enableServiceLinks"] ?? {}),
    preemptionPolicy: defaultTo("PreemptLowerPriority", podFields["preemptionPolicy"] ?? {})
  }
}

export const podTemplate = named(
  core("PodTemplateSpec"),
  record("What pods made from this look like.", {
    metadata: record("Labels and annotations of the pods.", {
      labels: textMap("Labels of the pods."),
      annotations: textMap("Annotations of the pods.")
    }),
    spec: meaning("What the pods run.", templateSpec)
  })
)

const state = named(
  core("ContainerState"),
  record("One of waiting, running, terminated.", {
    waiting: record("Not started yet.", { reason: text("Why, in one word."), message: text("Why, for people.") }),
    running: record("Running.", { startedAt: time("Since when.") }),
    terminated: record("Ended.", {
      exitCode: whole("Exit code of the process."),
      signal: whole("Signal that ended it."),
      reason: text("Completed, Error, OOMKilled and the like."),
      message: text("Termination message."),
      startedAt: time("When it started."),
      finishedAt: time("When it ended."),
      containerID: text("Identity within the runtime.")
    }, ["exitCode"])
  })
)

const containerStatuses = (description: string) =>
  listOf(
    description,
    named(
      core("ContainerStatus"),
      record("How a container is.", {
        name: text("Name of the container."),
        image: text("Image that it runs."),
        imageID: text("Digest of the image."),
        containerID: text("Identity within the runtime."),
        ready: flag("Whether it is ready."),
        started: flag("Whether it has started."),
        restartCount: whole("How often it was started again."),
        state: meaning("How it is now.", state),
        lastState: meaning("How its last run ended.", state)
      }, ["name"])
    )
  )

export const pod = named(
  core("Pod"),
  record("Containers that run together on one node.", {
    spec: meaning("What is to run.", podSpec),
    status: named(
      core("PodStatus"),
      record("How it is, as the node reports.", {
        phase: oneOf(
          "Pending, Running, Succeeded, Failed or Unknown.",
          "Pending",
          "Running",
          "Succeeded",
          "Failed",
          "Unknown"
        ),
        reason: text("Why, in one word, such as Evicted."),
        message: text("Why, for people."),
        startTime: time("When the node took it."),
        hostIP: text("Address of the node."),
        podIP: text("Address of the pod."),
        podIPs: listBy("Addresses of the pod.", ["ip"], record("An address.", { ip: text("The address.") })),
        conditions: conditions("Facts about the pod."),
        initContainerStatuses: containerStatuses("How the init containers are."),
        containerStatuses: containerStatuses("How the containers are.")
      })
    )
  }, ["spec"])
)
