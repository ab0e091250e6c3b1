/**
 * The pod: `prepare` copies the runner and the checked files into place, `claude` runs it, and `broker` uses the credentials for it; without a broker `claude`
 * has them itself. It passes Pod Security "restricted", has no service-account token, and the credentials of one GitHub user.
 */
import { filesFolders } from "@orchestrator/domain/AttemptFiles"
import { sshSecretName } from "@orchestrator/domain/Names"
import { managedSettingsPath } from "@orchestrator/domain/PodEnvironment"
import { agentContainer, filesVolume, prepareContainer } from "@orchestrator/domain/PodParts"
import type { PodSpec, Volume, VolumeMount } from "@orchestrator/k8s/Objects"
import { imageOf, resourcesOf } from "../attempt/Toolchain.ts"
import { type LiteralContainer, type Variable, words } from "../kinds/Literal.ts"
import { broker, brokerVolumes, endpointMount, stateMount, stateVolume } from "./BrokerContainer.ts"
import { environment } from "./Environment.ts"
import { digestVariable } from "./Files.ts"
import { placement } from "./Placement.ts"
import type { PodInputs } from "./PodInputs.ts"
import { restricted } from "./Restricted.ts"

const workspaceVolume = "workspace"

/** A pod whose containers hold no text but what Literal.ts made. */
export interface LiteralPodSpec extends Omit<PodSpec, "containers" | "initContainers"> {
  readonly containers: ReadonlyArray<LiteralContainer>
  readonly initContainers: ReadonlyArray<LiteralContainer>
}

export const podSpec = (inputs: PodInputs): LiteralPodSpec => {
  const { agent } = inputs.config
  const task = inputs.spec.task()
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: agent.terminationGracePeriodSeconds,
    securityContext: {
      runAsNonRoot: true,
      ...(agent.userIds === "fixed" ? { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 } : {}),
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" }
    },
    ...placement(agent),
    initContainers: [prepare(inputs), ...(hasBroker(inputs) ? [broker(inputs, task)] : [])],
    containers: [claude(inputs, task)],
    volumes: [
      ...volumes(inputs),
      ...(hasBroker(inputs) ? brokerVolumes(inputs) : [sshKey(inputs), stateVolume(inputs)])
    ]
  }
}

const hasBroker = ({ config }: PodInputs): boolean => config.agent.credentials === "broker"

const prepare = ({ config: { agent }, files }: PodInputs): LiteralContainer => ({
  name: prepareContainer,
  image: agent.runnerImage,
  imagePullPolicy: agent.image.pullPolicy,
  command: words("/app/orchestrator", "prepare", "/opt/orchestrator", filesFolders.given, filesFolders.checked),
  env: [digestVariable(files.digest)],
  resources: {
    requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "256Mi" },
    limits: { cpu: "1", memory: "256Mi", "ephemeral-storage": "1Gi" }
  },
  securityContext: restricted,
  volumeMounts: [
    { name: "runner", mountPath: "/opt/orchestrator" },
    { name: filesVolume, mountPath: filesFolders.given, readOnly: true },
    { name: "config", mountPath: filesFolders.checked }
  ]
})

const claude = (inputs: PodInputs, task: ReadonlyArray<Variable>): LiteralContainer => {
  const { agent } = inputs.config
  return {
    name: agentContainer,
    image: imageOf(inputs.spec, inputs.config),
    imagePullPolicy: agent.image.pullPolicy,
    command: words("/bin/bash", "/config/container.sh"),
    workingDir: "/workspace",
    env: environment(inputs, task),
    resources: resourcesOf(inputs.spec, inputs.config),
    securityContext: restricted,
    volumeMounts: [
      { name: "config", mountPath: filesFolders.checked, readOnly: true },
      {
        name: "config",
        mountPath: managedSettingsPath,
        subPath: "settings.json",
        readOnly: true
      },
      { name: workspaceVolume, mountPath: "/workspace" },
      { name: "runner", mountPath: "/opt/orchestrator", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(hasBroker(inputs) ? [endpointMount] : [sshMount, stateMount])
    ]
  }
}

/** What `prepare` copies: a Node and the runner, and the files of one ConfigMap. */
const runnerSize = "512Mi"
const configSize = "4Mi"

const volumes = ({ claim, config: { agent }, files }: PodInputs): ReadonlyArray<Volume> => [
  { name: filesVolume, configMap: { name: files.name, defaultMode: 0o444 } },
  { name: "config", emptyDir: { sizeLimit: configSize } },
  claim === undefined
    ? { name: workspaceVolume, emptyDir: { sizeLimit: agent.volumes.workspace } }
    : { name: workspaceVolume, persistentVolumeClaim: { claimName: claim } },
  { name: "runner", emptyDir: { sizeLimit: runnerSize } },
  { name: "tmp", emptyDir: { sizeLimit: agent.volumes.tmp } }
]

const sshMount: VolumeMount = { name: "ssh", mountPath: "/etc/orchestrator/ssh", readOnly: true }

const sshKey = ({ spec }: PodInputs): Volume => ({
  name: "ssh",
  secret: { secretName: sshSecretName(spec.githubUser), defaultMode: 0o400, optional: true }
})
