/** What no start can be quicker than: a process that lists and parses what the controller has to know (bench/arms/list.ts). */
import { ourSelector } from "@orchestrator/domain/Labels"
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  JobKind,
  pathOf,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { Process } from "./Arm.ts"
import type { Site } from "./Site.ts"

const now = () => performance.timeOrigin + performance.now()

/** Milliseconds from the start of the process until everything is parsed, and of its CPU. */
export const listing = ({ namespace, users: [user] }: Site) =>
  Effect.promise(async () => {
    const labels = `?labelSelector=${encodeURIComponent(ourSelector)}`
    const paths = [
      pathOf(CodeRunKind, namespace),
      pathOf(DocsRunKind, namespace),
      ...[JobKind, PodKind, ConfigMapKind, PersistentVolumeClaimKind].map((kind) => pathOf(kind, namespace) + labels)
    ]
    const begin = now()
    const file = `${import.meta.dirname}/../arms/list.ts`
    const arm = new Process(process.execPath, [file, user?.kubeconfig ?? "", ...paths])
    await arm.printed(/listed/, 600)
    const millis = now() - begin
    await arm.stop()
    return { millis, cpu: Number(/cpu (\d+)/.exec(arm.log)?.[1]) }
  })
