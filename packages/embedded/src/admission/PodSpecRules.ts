/** Pod specs, of pods and of templates: names, images, and mounts of volumes that are there. */
import { isDnsLabel } from "@orchestrator/domain/QualifiedName"
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Container, PodSpec, Volume } from "@orchestrator/k8s/Objects"
import { duplicate, invalidValue, notSupported, required } from "../objects/Causes.ts"
import { mapItems } from "../schema/MapValues.ts"

type Causes = ReadonlyArray<FieldCause>

/** The pull policy follows from the tag: without one, or `latest`, always. A volume without a source is an empty folder. */
export const completePodSpec = (spec: PodSpec): PodSpec => {
  const volumes = spec.volumes && mapItems(spec.volumes, withSource)
  const initContainers = spec.initContainers && mapItems(spec.initContainers, withPullPolicy)
  const containers = mapItems(spec.containers, withPullPolicy)
  if (volumes === spec.volumes && initContainers === spec.initContainers && containers === spec.containers) return spec
  return {
    ...spec,
    ...(volumes === undefined ? {} : { volumes }),
    ...(initContainers === undefined ? {} : { initContainers }),
    containers
  }
}

const withSource = (volume: Volume): Volume => Object.keys(volume).length === 1 ? { ...volume, emptyDir: {} } : volume

const withPullPolicy = (container: Container): Container => {
  if (container.imagePullPolicy !== undefined || container.image === undefined) return container
  const name = container.image.split("/").at(-1) ?? ""
  const tag = name.includes("@") ? "digest" : name.split(":")[1] ?? "latest"
  return { ...container, imagePullPolicy: tag === "latest" ? "Always" : "IfNotPresent" }
}

export const podSpecCauses = (spec: PodSpec, path: string): Causes => {
  const { containers, initContainers = [], volumes = [] } = spec
  return [
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...uniqueCauses([
      ...initContainers.map(({ name }, index) => [`${path}.initContainers[${index}].name`, name] as const),
      ...containers.map(({ name }, index) => [`${path}.containers[${index}].name`, name] as const)
    ]),
    ...uniqueCauses(volumes.map(({ name }, index) => [`${path}.volumes[${index}].name`, name] as const)),
    ...volumes.flatMap((volume, index) => volumeCauses(volume, `${path}.volumes[${index}]`)),
    ...initContainers.flatMap((each, index) => [
      ...containerCauses(each, volumes, `${path}.initContainers[${index}]`),
      ...(each.restartPolicy === undefined || each.restartPolicy === "Always"
        ? []
        : [notSupported(`${path}.initContainers[${index}].restartPolicy`, each.restartPolicy, ["Always"])])
    ]),
    ...containers.flatMap((each, index) => containerCauses(each, volumes, `${path}.containers[${index}]`))
  ]
}

const nameText = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"

/** DNS labels, each once. */
const uniqueCauses = (names: ReadonlyArray<readonly [string, string]>): Causes =>
  names.flatMap(([field, name], index) => [
    ...(name === "" ? [required(field)] : isDnsLabel(name) ? [] : [invalidValue(field, name, nameText)]),
    ...(names.slice(0, index).some(([, other]) => other === name) ? [duplicate(field, name)] : [])
  ])

const volumeCauses = ({ configMap, persistentVolumeClaim, secret }: Volume, path: string): Causes => [
  ...(configMap !== undefined && !configMap.name ? [required(`${path}.configMap.name`)] : []),
  ...(secret !== undefined && !secret.secretName ? [required(`${path}.secret.secretName`)] : []),
  ...(persistentVolumeClaim?.claimName === "" ? [required(`${path}.persistentVolumeClaim.claimName`)] : [])
]

const containerCauses = (
  { env = [], image, volumeMounts = [] }: Container,
  volumes: ReadonlyArray<Volume>,
  path: string
): Causes => [
  ...(image === undefined || image.trim() === "" ? [required(`${path}.image`)] : []),
  ...env.flatMap(({ name, value, valueFrom }, index) => [
    ...(name === "" ? [required(`${path}.env[${index}].name`)] : []),
    ...(valueFrom !== undefined && value !== undefined && value !== ""
      ? [invalidValue(`${path}.env[${index}].valueFrom`, "", "may not be specified when `value` is not empty")]
      : [])
  ]),
  ...volumeMounts.flatMap(({ mountPath, name, subPath }, index) => {
    const at = `${path}.volumeMounts[${index}]`
    return [
      ...(volumes.some((volume) => volume.name === name) ? [] : [notFoundValue(`${at}.name`, name)]),
      ...(mountPath === "" ? [required(`${at}.mountPath`)] : []),
      ...(volumeMounts.slice(0, index).some((other) => other.mountPath === mountPath)
        ? [invalidValue(`${at}.mountPath`, mountPath, "must be unique")]
        : []),
      ...(subPath?.split("/").includes("..") === true
        ? [invalidValue(`${at}.subPath`, subPath, "must not contain '..'")]
        : [])
    ]
  })
]

const notFoundValue = (field: string, value: string): FieldCause => ({
  field,
  reason: "FieldValueNotFound",
  message: `Not found: ${JSON.stringify(value)}`
})
