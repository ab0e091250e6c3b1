/** Pods and what they are made of. */
import { condition, objectMeta, typeFields } from "./MetaSchemas.ts"
import { type Fields, flag, int, list, long, object, open, ref, text, textMap, texts, time } from "./Schema.ts"

const core = (name: string) => `io.k8s.api.core.v1.${name}`

const source = (description: string) =>
  object(description, {
    name: text("Name of the object."),
    key: text("Key within it."),
    optional: flag("Whether it may be missing.")
  }, ["key"])

const volumeFiles = {
  items: {
    type: "array",
    items: object("A key and the file it becomes.", {
      key: text("Key to take."),
      path: text("Path of the file within the volume."),
      mode: int("Mode bits of the file.")
    }, ["key", "path"]),
    description: "Keys to take; absent: all."
  },
  defaultMode: int("Mode bits of the files. Default 0644."),
  optional: flag("Whether the object may be missing.")
}

const probes: Fields = Object.fromEntries(
  ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"].map((name) => [
    name,
    open(`${name} of the container, as in the Kubernetes documentation.`)
  ])
)

export const podSchemas: Fields = {
  [core("Pod")]: object("Containers that run together on one node.", {
    ...typeFields,
    metadata: ref(objectMeta, "Name, labels and the like."),
    spec: ref(core("PodSpec"), "What is to run."),
    status: ref(core("PodStatus"), "How it is, as the node reports.")
  }),
  [core("PodTemplateSpec")]: object("What pods made from this look like.", {
    metadata: ref(objectMeta, "Labels and annotations of the pods."),
    spec: ref(core("PodSpec"), "What the pods run.")
  }),
  [core("PodSpec")]: object("What a pod runs, and how.", {
    containers: list(core("Container"), "Containers that run side by side.", "name"),
    initContainers: list(core("Container"), "Containers that run one after the other before the others start.", "name"),
    volumes: list(core("Volume"), "Folders that containers can mount.", "name"),
    restartPolicy: text("Always, OnFailure or Never."),
    nodeName: text("Node to run on; set by the scheduler."),
    nodeSelector: textMap("Labels that the node must have."),
    tolerations: {
      type: "array",
      items: open("A taint that is tolerated."),
      description: "Taints of nodes that do not matter."
    },
    affinity: open("Rules on which node to run, near what."),
    serviceAccountName: text("Account that the pod acts as."),
    automountServiceAccountToken: flag("Whether the account's token is put into the containers."),
    terminationGracePeriodSeconds: long("Seconds between the request to stop and the kill. Default 30."),
    activeDeadlineSeconds: long("Seconds after which the pod is failed."),
    securityContext: open("User, group and rights of all containers."),
    imagePullSecrets: {
      type: "array",
      items: object("A secret of this namespace.", { name: text("Name of the secret.") }),
      description: "Secrets to pull images with.",
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name"
    },
    runtimeClassName: text("Class of the container runtime."),
    priorityClassName: text("Class of the pod's priority."),
    schedulerName: text("Scheduler that places the pod."),
    dnsPolicy: text("How names are resolved."),
    hostNetwork: flag("Whether the pod uses the node's network."),
    enableServiceLinks: flag("Whether services show as environment variables.")
  }, ["containers"]),
  [core("Container")]: object("One process of a pod, run from an image.", {
    name: text("Name, unique within the pod."),
    image: text("Image to run."),
    imagePullPolicy: text("Always, IfNotPresent or Never."),
    command: texts("Program to run instead of the image's entry point."),
    args: texts("Arguments of the program."),
    workingDir: text("Folder that the program starts in."),
    env: list(core("EnvVar"), "Environment variables.", "name"),
    envFrom: {
      type: "array",
      items: open("A ConfigMap or Secret."),
      description: "Objects whose keys become variables."
    },
    ports: { type: "array", items: open("A port."), description: "Ports that the container listens on." },
    volumeMounts: list(core("VolumeMount"), "Where volumes appear.", "mountPath"),
    resources: object("What the container needs and may use.", {
      requests: textMap("What is set aside for it, such as cpu and memory."),
      limits: textMap("What it may use at most.")
    }),
    ...probes,
    securityContext: open("User, group and rights of the container."),
    restartPolicy: text("Always on an init container makes it run beside the others."),
    terminationMessagePath: text("File whose content becomes the termination message. Default /dev/termination-log."),
    terminationMessagePolicy: text("File or FallbackToLogsOnError.")
  }, ["name"]),
  [core("EnvVar")]: object("An environment variable.", {
    name: text("Name of the variable."),
    value: text("Its value."),
    valueFrom: object("Where the value comes from.", {
      secretKeyRef: source("A key of a Secret."),
      configMapKeyRef: source("A key of a ConfigMap."),
      fieldRef: object("A field of the pod.", { fieldPath: text("Path such as metadata.name.") }, ["fieldPath"]),
      resourceFieldRef: open("A resource of the container.")
    })
  }, ["name"]),
  [core("VolumeMount")]: object("A volume within a container.", {
    name: text("Name of the volume."),
    mountPath: text("Path in the container."),
    subPath: text("Path within the volume; default its root."),
    readOnly: flag("Whether it cannot be written to.")
  }, ["name", "mountPath"]),
  [core("Volume")]: object("A folder that containers can mount.", {
    name: text("Name, unique within the pod."),
    configMap: object("Keys of a ConfigMap as files.", { name: text("Name of the ConfigMap."), ...volumeFiles }),
    secret: object("Keys of a Secret as files.", { secretName: text("Name of the Secret."), ...volumeFiles }),
    emptyDir: object("A folder that lives as long as the pod.", {
      medium: text("Empty, or Memory."),
      sizeLimit: text("Largest size.")
    }),
    persistentVolumeClaim: object("A claimed volume.", {
      claimName: text("Name of the claim."),
      readOnly: flag("Whether it cannot be written to.")
    }, ["claimName"]),
    projected: open("Several sources in one folder."),
    hostPath: open("A folder of the node.")
  }, ["name"]),
  [core("PodStatus")]: object("How a pod is.", {
    phase: text("Pending, Running, Succeeded, Failed or Unknown."),
    reason: text("Why, in one word, such as Evicted."),
    message: text("Why, for people."),
    startTime: time("When the node took it."),
    hostIP: text("Address of the node."),
    podIP: text("Address of the pod."),
    conditions: list(condition, "Facts about the pod.", "type"),
    initContainerStatuses: list(core("ContainerStatus"), "How the init containers are."),
    containerStatuses: list(core("ContainerStatus"), "How the containers are.")
  }),
  [core("ContainerStatus")]: object("How a container is.", {
    name: text("Name of the container."),
    image: text("Image that it runs."),
    imageID: text("Digest of the image."),
    containerID: text("Identity within the runtime."),
    ready: flag("Whether it is ready."),
    started: flag("Whether it has started."),
    restartCount: int("How often it was started again."),
    state: ref(core("ContainerState"), "How it is now."),
    lastState: ref(core("ContainerState"), "How its last run ended.")
  }, ["name", "ready", "restartCount"]),
  [core("ContainerState")]: object("One of waiting, running, terminated.", {
    waiting: object("Not started yet.", { reason: text("Why, in one word."), message: text("Why, for people.") }),
    running: object("Running.", { startedAt: time("Since when.") }),
    terminated: object("Ended.", {
      exitCode: int("Exit code of the process."),
      signal: int("Signal that ended it."),
      reason: text("Completed, Error, OOMKilled and the like."),
      message: text("Termination message."),
      startedAt: time("When it started."),
      finishedAt: time("When it ended."),
      containerID: text("Identity within the runtime.")
    }, ["exitCode"])
  })
}
