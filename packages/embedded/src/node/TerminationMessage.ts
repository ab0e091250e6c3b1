/** The file in which a container says its last words, and how much of them Kubernetes keeps. */
import type { Pod } from "@orchestrator/k8s/Objects"
import { Effect, FileSystem } from "effect"

const limit = 4096
/** Bytes that the containers of a pod share. */
const podLimit = 12_288

/** What of a container's message stays, given what all containers of its pod may say. */
export const sharedMessage = (message: string, { spec }: Pod): string => {
  const room = Math.floor(podLimit / (spec.containers.length + (spec.initContainers ?? []).length))
  const bytes = new TextEncoder().encode(message)
  return bytes.length <= room ? message : new TextDecoder().decode(bytes.subarray(0, room))
}

/** At most 4,096 bytes of it; undefined when there is nothing in it. */
export const readMessage = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* Effect.orElseSucceed(fs.readFile(file), () => new Uint8Array())
  return bytes.length === 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, limit))
})

/** An empty one, for a container that is about to start. */
export const freshMessage = Effect.fnUntraced(function*(folder: string, file: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(folder, { recursive: true })
  yield* fs.writeFile(file, new Uint8Array())
})
