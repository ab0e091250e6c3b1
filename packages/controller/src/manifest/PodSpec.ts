/**
 * The pod: `prepare` copies the runner into place, `claude` runs it, and `broker` uses the credentials for it; without a broker `claude`
 * has them itself. It passes Pod Security "restricted", has no service-account token, and the credentials of one GitHub user.
 */
import { sshSecretName } from "@orchestrator/domain/Names"
import type { PodSpec, Volume, VolumeMount } from "@orchestrator/k8s/Objects"
import { broker, brokerVolumes, endpointMount } from "./BrokerContainer.ts"
import { environment } from "./Environment.ts"
import { type LiteralContainer, words } from "./Literal.ts"
import type { PodInputs } from "./PodInputs.ts"
import { restricted } from "./Restricted.ts"

/** The container whose logs and result are the attempt's. */
export const agentContainer = "claude"

const workspaceVolume = "workspace"

/** A pod whose containers hold no text but what Literal.ts made. */
export interface LiteralPodSpec extends Omit<PodSpec, "containers" | "initContainers"> {
  readonly containers: ReadonlyArray<LiteralContainer>
  readonly initContainers: ReadonlyArray<LiteralContainer>
}

export const podSpec = (inputs: PodInputs): LiteralPodSpec => {
  const { agent } = inputs.config
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
    ...(agent.imagePullSecrets.length === 0
      ? {}
      : { imagePullSecrets: agent.imagePullSecrets.map((name) => ({ name })) }),
    ...(agent.runtimeClassName === undefined ? {} : { runtimeClassName: agent.runtimeClassName }),
    ...(Object.keys(agent.nodeSelector).length === 0 ? {} : { nodeSelector: agent.nodeSelector }),
    ...(agent.tolerations.length === 0 ? {} : { tolerations: agent.tolerations }),
    ...(agent.affinity === undefined ? {} : { affinity: agent.affinity }),
    initContainers: [prepare(inputs), ...(hasBroker(inputs) ? [broker(inputs)] : [])],
    containers: [claude(inputs)],
    volumes: [...volumes(inputs), ...(hasBroker(inputs) ? brokerVolumes(inputs) : [sshKey(inputs)])]
  }
}

const hasBroker = ({ config }: PodInputs): boolean => config.agent.credentials === "broker"

const prepare = ({ config: { agent } }: PodInputs): LiteralContainer => ({
  name: "prepare",
  image: agent.runnerImage,
  imagePullPolicy: agent.image.pullPolicy,
  command: words("/app/orchestrator", "prepare", "/opt/orchestrator"),
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1", memory: "256Mi" } },
  securityContext: restricted,
  volumeMounts: [{ name: "runner", mountPath: "/opt/orchestrator" }]
})

const imageName = ({ digest, repository, tag }: PodInputs["config"]["agent"]["image"]): string =>
  digest === "" ? `${repository}:${tag}` : `${repository}@${digest}`

const claude = (inputs: PodInputs): LiteralContainer => {
  const { agent } = inputs.config
  return {
    name: agentContainer,
    image: imageName(agent.image),
    imagePullPolicy: agent.image.pullPolicy,
    command: words("/bin/bash", "/config/container.sh"),
    workingDir: "/workspace",
    env: environment(inputs),
    resources: agent.resources,
    securityContext: restricted,
    volumeMounts: [
      { name: "config", mountPath: "/config", readOnly: true },
      {
        name: "config",
        mountPath: "/etc/claude-code/managed-settings.json",
        subPath: "settings.json",
        readOnly: true
      },
      { name: workspaceVolume, mountPath: "/workspace" },
      { name: "runner", mountPath: "/opt/orchestrator", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      hasBroker(inputs) ? endpointMount : sshMount
    ]
  }
}

const volumes = ({ claim, configMap }: PodInputs): ReadonlyArray<Volume> => [
  { name: "config", configMap: { name: configMap, defaultMode: 0o555 } },
  claim === undefined
    ? { name: workspaceVolume, emptyDir: {} }
    : { name: workspaceVolume, persistentVolumeClaim: { claimName: claim } },
  { name: "runner", emptyDir: {} },
  { name: "tmp", emptyDir: {} }
]

const sshMount: VolumeMount = { name: "ssh", mountPath: "/etc/orchestrator/ssh", readOnly: true }

const sshKey = ({ wanted }: PodInputs): Volume => ({
  name: "ssh",
  secret: { secretName: sshSecretName(wanted.githubUser), defaultMode: 0o400, optional: true }
})
