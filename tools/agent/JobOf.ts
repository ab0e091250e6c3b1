/** What the controller makes of a run: the environment of both containers of its Job's pod, and the files of its ConfigMap. */
import { liveRun } from "@orchestrator/controller/facts/LiveRun"
import { filesDigest } from "@orchestrator/controller/manifest/Files"
import { podSpec } from "@orchestrator/controller/manifest/PodSpec"
import { formatProblems } from "@orchestrator/domain/Decode"
import { decodeConfig, type OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { workspaceNames } from "@orchestrator/domain/Tenant"
import type { Container, CustomObject } from "@orchestrator/k8s/Objects"
import { compileTemplates } from "@orchestrator/templates/Renderer"
import { Result } from "effect"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../../chart/claude-templates", import.meta.url))

const { render } = Result.getOrThrow(compileTemplates(
  "chart/claude-templates",
  Object.fromEntries(
    globSync("**/*.hbs", { cwd: folder }).map((path) => [path, readFileSync(join(folder, path), "utf8")])
  )
))

type Texts = Readonly<Record<string, string>>

export interface Run {
  readonly kind: "CodeRun" | "DocsRun"
  readonly name: string
  readonly uid: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly status: Readonly<Record<string, unknown>>
}

export interface PodOfJob {
  readonly files: Texts
  /** Variables by container, references to Secrets resolved. */
  readonly environment: Readonly<Record<string, Texts>>
}

const environmentOf = ({ env = [] }: Container, secrets: Texts): Texts =>
  Object.fromEntries(env.flatMap(({ name, value, valueFrom }): ReadonlyArray<readonly [string, string]> => {
    const { secretKeyRef } = valueFrom ?? {}
    const found = secretKeyRef === undefined ? value?.replaceAll("$$", () => "$") : secrets[secretKeyRef.key]
    return found === undefined ? [] : [[name, found]]
  }))

/** The pod of the run's present attempt under this configuration, in a namespace with these Secrets (texts by key). */
export const podOfJob = (run: Run, settings: unknown, secrets: Texts): PodOfJob => {
  const decoded = decodeConfig(settings)
  if (Result.isFailure(decoded)) throw new Error(`configuration: ${formatProblems(decoded.failure)}`)
  const config: OrchestratorConfig = decoded.success
  const object: CustomObject = {
    apiVersion: "orchestrator.platform/v1",
    kind: run.kind,
    metadata: { name: run.name, namespace: "agents", uid: run.uid, resourceVersion: "1" },
    spec: run.spec,
    status: run.status
  }
  const observed = liveRun(run.kind, object)
  const { contextVersion, jobName, spec } = observed
  if (Result.isFailure(spec)) throw new Error(`run: ${formatProblems(spec.failure)}`)
  const claim = spec.success.workspace && workspaceNames(spec.success.workspace)[0]
  const { inputs, resume, tools } = spec.success
  const files = Result.getOrThrow(
    render(inputs({ config, uid: run.uid, attempts: contextVersion, resume, tools, hasNewPrompt: true }))
  )
  const pod = podSpec({
    config,
    run: observed,
    spec: spec.success,
    claim,
    files: { name: jobName, digest: filesDigest(files) }
  })
  const containers = [...pod.initContainers ?? [], ...pod.containers]
  return {
    files,
    environment: Object.fromEntries(containers.map((container) => [container.name, environmentOf(container, secrets)]))
  }
}
