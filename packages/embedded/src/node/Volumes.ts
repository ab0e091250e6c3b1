/** Makes a pod's volumes real: folders on this host, with the files and modes that its objects say. */
import type { Container, Pod, Volume, VolumeMount } from "@orchestrator/k8s/Objects"
import { Effect, FileSystem, Path, type PlatformError } from "effect"
import type { Mounted } from "./PathMap.ts"
import { type ContainerRequest, StartRefused } from "./PodRuntime.ts"
import type { StateFolder } from "./StateFolder.ts"
import type { Files } from "./VolumeFiles.ts"

const dataLink = "..data"

/** Whether the path stays in the folder that it is relative to. */
const staysInside = (path: string): boolean => !path.startsWith("/") && !path.split("/").includes("..")

const refused = (message: string) => new StartRefused({ reason: "CreateContainerConfigError", message, retry: false })

/** Files lie in a hidden folder behind the link `..data`, as in a cluster, and are seen through links. */
const writeFiles = Effect.fnUntraced(function*(folder: string, files: Files) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const outside = [...files.keys()].find((file) => !staysInside(file))
  if (outside !== undefined) return yield* refused(`the volume's path "${outside}" leaves the volume`)
  yield* fs.remove(folder, { recursive: true, force: true })
  const data = `${folder}/..files`
  yield* fs.makeDirectory(data, { recursive: true })
  for (const [file, { bytes, mode }] of files) {
    yield* fs.makeDirectory(path.dirname(`${data}/${file}`), { recursive: true })
    yield* fs.writeFile(`${data}/${file}`, bytes, { mode })
    yield* fs.chmod(`${data}/${file}`, mode)
  }
  yield* fs.symlink("..files", `${folder}/${dataLink}`)
  for (const top of new Set([...files.keys()].map((file) => file.split("/")[0] ?? file))) {
    yield* fs.symlink(`${dataLink}/${top}`, `${folder}/${top}`)
  }
})

const hostFolder = (state: StateFolder, { metadata }: Pod, volume: Volume): string =>
  volume.persistentVolumeClaim === undefined
    ? state.volume(metadata.uid ?? "", volume.name)
    : state.claim(metadata.namespace ?? "", volume.persistentVolumeClaim.claimName)

/** Once per pod, before its first container. */
export const makeVolumes = Effect.fn("Volumes.make")(function*(state: StateFolder, { files, pod }: ContainerRequest) {
  const fs = yield* FileSystem.FileSystem
  for (const volume of pod.spec.volumes ?? []) {
    const folder = hostFolder(state, pod, volume)
    const content = files.get(volume.name)
    yield* content === undefined ? fs.makeDirectory(folder, { recursive: true }) : writeFiles(folder, content)
  }
})

/** Where the container's mounts are. A missing folder of a subPath is made, as the kubelet does. */
export const mountsOf = Effect.fn("Volumes.mounts")(function*(
  state: StateFolder,
  pod: Pod,
  container: Container
): Effect.fn.Return<
  ReadonlyArray<Mounted>,
  StartRefused | PlatformError.PlatformError,
  FileSystem.FileSystem
> {
  const fs = yield* FileSystem.FileSystem
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]))

  const mountOf = Effect.fnUntraced(function*({ mountPath, name, readOnly, subPath = "" }: VolumeMount) {
    const volume = volumes.get(name)
    if (volume === undefined) return yield* refused(`the pod has no volume "${name}" to mount at ${mountPath}`)
    if (!staysInside(subPath)) return yield* refused(`subPath "${subPath}" of ${mountPath} leaves the volume`)
    const folder = hostFolder(state, pod, volume)
    const hostPath = subPath === "" ? folder : `${folder}/${subPath}`
    const fixed = [volume.configMap, volume.secret, volume.projected].some((source) => source !== undefined)
    if (!fixed && !(yield* fs.exists(hostPath))) yield* fs.makeDirectory(hostPath, { recursive: true })
    return { mountPath: mountPath.replace(/\/+$/, ""), hostPath, readOnly: fixed || readOnly === true }
  })

  return yield* Effect.forEach(container.volumeMounts ?? [], mountOf)
})
