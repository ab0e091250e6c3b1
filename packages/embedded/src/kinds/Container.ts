/** Containers of pods. */
import {
  atomic,
  defaultTo,
  flag,
  listBy,
  listOf,
  named,
  oneOf,
  quantities,
  quantity,
  record,
  text,
  texts,
  whole
} from "./Describe.ts"

/** The definition of a type of the core group. */
export const core = (name: string) => `io.k8s.api.core.v1.${name}`

const keyRef = (description: string) =>
  atomic(record(description, {
    name: text("Name of the object."),
    key: text("Key within it."),
    optional: flag("Whether it may be missing.")
  }, ["key"]))

const envVar = named(
  core("EnvVar"),
  record("An environment variable.", {
    name: text("Name of the variable."),
    value: text("Its value."),
    valueFrom: record("Where the value comes from.", {
      secretKeyRef: keyRef("A key of a Secret."),
      configMapKeyRef: keyRef("A key of a ConfigMap."),
      fieldRef: atomic(record("A field of the pod.", {
        apiVersion: defaultTo("v1", text("Version that the path is of. Default v1.")),
        fieldPath: text("Path such as metadata.name.")
      }, ["fieldPath"])),
      resourceFieldRef: atomic(record("A resource of the container.", {
        containerName: text("Name of the container."),
        resource: text("The resource, such as limits.memory."),
        divisor: quantity("Unit of the value. Default 1.")
      }, ["resource"]))
    })
  }, ["name"])
)

const probe = (description: string) =>
  record(description, {
    timeoutSeconds: defaultTo(1, whole("Seconds after which a try has failed. Default 1.")),
    periodSeconds: defaultTo(10, whole("Seconds between tries. Default 10.")),
    successThreshold: defaultTo(1, whole("Successes in a row that count. Default 1.")),
    failureThreshold: defaultTo(3, whole("Failures in a row that count. Default 3."))
  })

export const container = named(
  core("Container"),
  record("One process of a pod, run from an image.", {
    name: text("Name, unique within the pod."),
    image: text("Image to run."),
    imagePullPolicy: oneOf("Always, IfNotPresent or Never.", "Always", "IfNotPresent", "Never"),
    command: texts("Program to run instead of the image's entry point."),
    args: texts("Arguments of the program."),
    workingDir: text("Folder that the program starts in."),
    env: listBy("Environment variables.", ["name"], envVar),
    envFrom: listOf(
      "Objects whose keys become variables.",
      record("A ConfigMap or Secret.", { prefix: text("What the names of the variables begin with.") })
    ),
    ports: listBy(
      "Ports that the container listens on.",
      ["containerPort", "protocol"],
      record("A port.", {
        containerPort: whole("Number of the port."),
        protocol: defaultTo("TCP", text("TCP, UDP or SCTP. Default TCP."))
      })
    ),
    volumeMounts: listBy(
      "Where volumes appear.",
      ["mountPath"],
      named(
        core("VolumeMount"),
        record("A volume within a container.", {
          name: text("Name of the volume."),
          mountPath: text("Path in the container."),
          subPath: text("Path within the volume; default its root."),
          readOnly: flag("Whether it cannot be written to.")
        }, ["name", "mountPath"])
      )
    ),
    resources: defaultTo(
      {},
      record("What the container needs and may use.", {
        requests: quantities("What is set aside for it, such as cpu and memory."),
        limits: quantities("What it may use at most.")
      })
    ),
    securityContext: record("User, group and rights of the container.", {
      capabilities: record("Rights beyond the usual ones, or without some of them.", {
        add: texts("Rights to give."),
        drop: texts("Rights to take away.")
      })
    }),
    restartPolicy: oneOf(
      "Always on an init container makes it run beside the others.",
      "Always",
      "OnFailure",
      "Never"
    ),
    terminationMessagePath: defaultTo(
      "/dev/termination-log",
      text("File whose content becomes the termination message. Default /dev/termination-log.")
    ),
    terminationMessagePolicy: defaultTo(
      "File",
      oneOf("File or FallbackToLogsOnError. Default File.", "File", "FallbackToLogsOnError")
    ),
    livenessProbe: probe("Whether the container must be started anew."),
    readinessProbe: probe("Whether the container is ready."),
    startupProbe: probe("Whether the container has started.")
  }, ["name"])
)
