/**
 * The broker: a native sidecar (Kubernetes 1.29), started before the agent's container and stopped after it. Its user is another than the
 * agent's, in the group that volumes belong to. The credentials and its own folder are mounted in no other container.
 */
import { bucketKeyFiles, evidenceFolder, evidenceMount } from "@orchestrator/domain/Evidence"
import { gitTokenSecretName, signingSecretName, sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { brokerContainer, evidenceVolume } from "@orchestrator/domain/PodParts"
import type { Volume, VolumeMount } from "@orchestrator/k8s/Objects"
import { type LiteralContainer, type Variable, words } from "../kinds/Literal.ts"
import { brokerEnvironment, brokerFolders, evidenceOf } from "./BrokerEnvironment.ts"
import { modelKeys } from "./ModelProviders.ts"
import type { PodInputs } from "./PodInputs.ts"
import { restricted } from "./Restricted.ts"

export const broker = (inputs: PodInputs, task: ReadonlyArray<Variable>): LiteralContainer => {
  const { agent } = inputs.config
  return {
    name: brokerContainer,
    image: agent.runnerImage,
    imagePullPolicy: agent.image.pullPolicy,
    command: words("/app/orchestrator", "broker"),
    restartPolicy: "Always",
    env: brokerEnvironment(inputs, task),
    resources: agent.broker.resources,
    securityContext: {
      ...restricted,
      ...(agent.userIds === "fixed" ? { runAsUser: 1001, runAsGroup: 1000 } : {}),
      readOnlyRootFilesystem: true
    },
    volumeMounts: [
      { name: "credentials", mountPath: brokerFolders.credentials, readOnly: true },
      { name: "ssh", mountPath: brokerFolders.ssh, readOnly: true },
      stateMount,
      { name: "broker-endpoint", mountPath: brokerFolders.endpoint },
      { name: "broker-tmp", mountPath: "/tmp" },
      ...evidenceMounts(inputs)
    ]
  }
}

/** This attempt's folder alone. */
const evidenceMounts = ({ config: { evidence: { bucket, volume } }, run }: PodInputs): ReadonlyArray<VolumeMount> =>
  bucket !== undefined || volume === undefined
    ? []
    : [{ name: evidenceVolume, mountPath: evidenceMount, subPath: evidenceFolder(evidenceOf(run)) }]

/** Folder of the broker's clones, in whichever container its parts run. */
export const stateMount: VolumeMount = { name: "broker-state", mountPath: brokerFolders.state }

export const stateVolume = ({ config: { agent } }: PodInputs): Volume => ({
  name: "broker-state",
  emptyDir: { sizeLimit: agent.volumes.broker }
})

/** How the agent's container sees the broker. */
export const endpointMount: VolumeMount = {
  name: "broker-endpoint",
  mountPath: brokerFolders.endpoint,
  readOnly: true
}

/** The group may read: fsGroup makes it so whatever the mode says, and the owner is root. */
const mode = 0o440

/** ssh takes no key that its group may read where the file is its user's own; this one is root's, and the broker makes a copy. */
export const brokerVolumes = (inputs: PodInputs): ReadonlyArray<Volume> => {
  const { config: { agent, evidence: { bucket, volume }, forge, git: { signing }, github: { app } }, spec } = inputs
  return [
    {
      name: "credentials",
      projected: {
        defaultMode: mode,
        sources: [
          ...modelKeys(inputs),
          {
            secret: {
              name: tokenSecretName(spec.githubUser),
              items: [{ key: "token", path: "github-token" }],
              optional: true
            }
          },
          // What the API server asked a run's creator about.
          ...(Object.keys(forge.hosts).length === 0 ? [] : [{
            secret: {
              name: gitTokenSecretName(spec.githubUser),
              items: [{ key: "token", path: "git-token" }, { key: "username", path: "git-user" }],
              optional: true
            }
          }]),
          // Required, as the next one: a run that cannot be delivered ends before anything is spent.
          ...(app.id === ""
            ? []
            : [{ secret: { name: app.secretName, items: [{ key: app.secretKey, path: "app-key" }] } }]),
          // Required: a run whose commits nobody can sign ends before anything is spent.
          ...(signing.secretName === "" ? [] : [{
            secret: {
              name: signingSecretName(signing.secretName, spec.githubUser),
              items: [{ key: signing.secretKey, path: "signing-key" }]
            }
          }]),
          ...(bucket === undefined ? [] : [{
            secret: {
              name: bucket.writerSecret,
              items: Object.entries(bucketKeyFiles).map(([path, key]) => ({ key, path })),
              // A run does not wait for it: that its evidence is not kept is said at its end.
              optional: true
            }
          }])
        ]
      }
    },
    ...(bucket !== undefined || volume === undefined
      ? []
      : [{ name: evidenceVolume, persistentVolumeClaim: { claimName: volume.claimName } }]),
    { name: "ssh", secret: { secretName: sshSecretName(spec.githubUser), defaultMode: mode, optional: true } },
    stateVolume(inputs),
    { name: "broker-endpoint", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    { name: "broker-tmp", emptyDir: { sizeLimit: agent.volumes.tmp } }
  ]
}
