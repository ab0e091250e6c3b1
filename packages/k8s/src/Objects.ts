/**
 * Kubernetes objects in their wire form, with the fields that the orchestrator and its embedded cluster use. Times are RFC 3339 texts.
 * Fields that nobody here reads pass through untouched.
 */
import type { CustomResourceDefinition as OurDefinition } from "@orchestrator/domain/CustomResourceDefinition"

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface ManagedFieldsEntry {
  readonly manager: string
  readonly operation: "Apply" | "Update"
  readonly apiVersion: string
  readonly time?: string
  readonly fieldsType: "FieldsV1"
  readonly fieldsV1: Readonly<Record<string, unknown>>
  readonly subresource?: string
}

export interface Metadata {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly finalizers?: ReadonlyArray<string>
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: ReadonlyArray<OwnerReference>
  readonly managedFields?: ReadonlyArray<ManagedFieldsEntry>
}

export interface KubernetesObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: Metadata
}

export interface ObjectList<A> {
  readonly items: ReadonlyArray<A>
  readonly metadata: {
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
}

/** Our custom resources on the wire: what domain's schemas decode. */
export interface CustomObject extends KubernetesObject {
  readonly spec: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

export interface ObjectCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
  readonly lastProbeTime?: string
}

export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean }
    readonly configMapKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean }
    readonly fieldRef?: { readonly fieldPath: string }
  }
}

export interface VolumeMount {
  readonly name: string
  readonly mountPath: string
  readonly subPath?: string
  readonly readOnly?: boolean
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly imagePullPolicy?: string
  readonly command?: ReadonlyArray<string>
  readonly args?: ReadonlyArray<string>
  readonly workingDir?: string
  readonly env?: ReadonlyArray<EnvVar>
  readonly volumeMounts?: ReadonlyArray<VolumeMount>
  readonly resources?: Readonly<Record<string, unknown>>
  readonly securityContext?: Readonly<Record<string, unknown>>
  /** `Always` on an init container makes it a native sidecar. */
  readonly restartPolicy?: string
  readonly terminationMessagePath?: string
  readonly terminationMessagePolicy?: string
  readonly ports?: ReadonlyArray<{ readonly name?: string; readonly containerPort: number }>
  readonly readinessProbe?: Probe
}

/** The kinds of probe that our nodes play. */
export interface Probe {
  readonly httpGet?: {
    readonly path?: string
    /** Its number, or its name. */
    readonly port: number | string
    readonly scheme?: string
  }
  readonly periodSeconds?: number
  readonly timeoutSeconds?: number
  readonly failureThreshold?: number
}

export interface KeyToPath {
  readonly key: string
  readonly path: string
  readonly mode?: number
}

/** A source of a projected volume; others than these pass through. */
export interface VolumeProjection {
  readonly configMap?: {
    readonly name: string
    readonly items?: ReadonlyArray<KeyToPath>
    readonly optional?: boolean
  }
  readonly secret?: {
    readonly name: string
    readonly items?: ReadonlyArray<KeyToPath>
    readonly optional?: boolean
  }
  readonly serviceAccountToken?: {
    readonly audience?: string
    readonly expirationSeconds?: number
    readonly path: string
  }
}

export interface Volume {
  readonly name: string
  readonly configMap?: {
    readonly name: string
    readonly items?: ReadonlyArray<KeyToPath>
    readonly defaultMode?: number
    readonly optional?: boolean
  }
  readonly secret?: {
    readonly secretName: string
    readonly items?: ReadonlyArray<KeyToPath>
    readonly defaultMode?: number
    readonly optional?: boolean
  }
  /** Several in one folder. */
  readonly projected?: {
    readonly defaultMode?: number
    readonly sources?: ReadonlyArray<VolumeProjection>
  }
  readonly emptyDir?: Readonly<Record<string, unknown>>
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean }
}

export interface PodSpec {
  readonly initContainers?: ReadonlyArray<Container>
  readonly containers: ReadonlyArray<Container>
  readonly volumes?: ReadonlyArray<Volume>
  readonly restartPolicy?: string
  readonly nodeName?: string
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly tolerations?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly affinity?: Readonly<Record<string, unknown>>
  readonly serviceAccountName?: string
  readonly automountServiceAccountToken?: boolean
  readonly terminationGracePeriodSeconds?: number
  readonly activeDeadlineSeconds?: number
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly imagePullSecrets?: ReadonlyArray<{ readonly name: string }>
  readonly runtimeClassName?: string
  readonly schedulerName?: string
  readonly enableServiceLinks?: boolean
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: { readonly startedAt?: string }
  readonly terminated?: {
    readonly exitCode: number
    readonly signal?: number
    readonly reason?: string
    readonly message?: string
    readonly startedAt?: string
    readonly finishedAt?: string
    readonly containerID?: string
  }
}

export interface ContainerStatus {
  readonly name: string
  readonly image?: string
  readonly imageID?: string
  readonly containerID?: string
  readonly ready: boolean
  readonly started?: boolean
  readonly restartCount: number
  readonly state?: ContainerState
  readonly lastState?: ContainerState
}

export interface PodStatus {
  readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown"
  readonly reason?: string
  readonly message?: string
  readonly startTime?: string
  readonly hostIP?: string
  readonly podIP?: string
  readonly conditions?: ReadonlyArray<ObjectCondition>
  readonly initContainerStatuses?: ReadonlyArray<ContainerStatus>
  readonly containerStatuses?: ReadonlyArray<ContainerStatus>
}

export interface Pod extends KubernetesObject {
  readonly spec: PodSpec
  readonly status?: PodStatus
}

export interface PodTemplate {
  readonly metadata?: Metadata
  readonly spec: PodSpec
}

export interface PodFailurePolicyRule {
  readonly action: "FailJob" | "Ignore" | "Count" | "FailIndex"
  readonly onExitCodes?: {
    readonly containerName?: string
    readonly operator: "In" | "NotIn"
    readonly values: ReadonlyArray<number>
  }
  readonly onPodConditions?: ReadonlyArray<{ readonly type: string; readonly status?: string }>
}

/** What Kueue makes of a Job that is in one of its queues. */
export interface Workload extends KubernetesObject {
  readonly status?: { readonly conditions?: ReadonlyArray<ObjectCondition> }
}

export interface Job extends KubernetesObject {
  readonly spec: {
    readonly parallelism?: number
    readonly completions?: number
    readonly backoffLimit?: number
    readonly activeDeadlineSeconds?: number
    readonly ttlSecondsAfterFinished?: number
    readonly suspend?: boolean
    readonly podReplacementPolicy?: "Failed" | "TerminatingOrFailed"
    readonly podFailurePolicy?: { readonly rules: ReadonlyArray<PodFailurePolicyRule> }
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> }
    readonly template: PodTemplate
  }
  readonly status?: {
    readonly active?: number
    readonly ready?: number
    readonly succeeded?: number
    readonly failed?: number
    readonly terminating?: number
    readonly startTime?: string
    readonly completionTime?: string
    readonly conditions?: ReadonlyArray<ObjectCondition>
    /** UIDs of pods that have ended and whose tracking finalizer is still there: not in the counts yet. */
    readonly uncountedTerminatedPods?: {
      readonly succeeded?: ReadonlyArray<string>
      readonly failed?: ReadonlyArray<string>
    }
  }
}

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

export interface Secret extends KubernetesObject {
  readonly type?: string
  /** Base64 values. */
  readonly data?: Readonly<Record<string, string>>
  /** Plain values, write-only: the API server moves them into `data`. */
  readonly stringData?: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

export interface PersistentVolumeClaim extends KubernetesObject {
  readonly spec: {
    readonly accessModes?: ReadonlyArray<string>
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> }
    readonly storageClassName?: string
    readonly volumeName?: string
    readonly volumeMode?: string
  }
  readonly status?: {
    readonly phase?: "Pending" | "Bound" | "Lost"
    readonly accessModes?: ReadonlyArray<string>
    readonly capacity?: Readonly<Record<string, string>>
  }
}

export interface Lease extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    /** RFC 3339 with microseconds. */
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

/** `v1` Event. */
export interface Event extends KubernetesObject {
  readonly involvedObject: {
    readonly apiVersion?: string
    readonly kind?: string
    readonly name?: string
    readonly namespace?: string
    readonly uid?: string
  }
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly action?: string
  readonly reportingComponent?: string
  readonly reportingInstance?: string
  readonly source?: { readonly component?: string; readonly host?: string }
  readonly series?: EventSeries
}

/** `events.k8s.io/v1` Event; what comes again counts in its series. */
export interface SeriesEvent extends KubernetesObject {
  readonly eventTime: string
  readonly reportingController: string
  readonly reportingInstance: string
  readonly action: string
  readonly reason: string
  readonly type: "Normal" | "Warning"
  readonly note?: string
  readonly regarding?: Event["involvedObject"]
  readonly series?: EventSeries
}

interface EventSeries {
  readonly count: number
  /** RFC 3339 with microseconds. */
  readonly lastObservedTime: string
}

export interface Namespace extends KubernetesObject {
  readonly spec?: { readonly finalizers?: ReadonlyArray<string> }
  readonly status?: { readonly phase?: "Active" | "Terminating" }
}

export interface ServiceAccount extends KubernetesObject {
  readonly secrets?: ReadonlyArray<{ readonly name: string }>
  readonly imagePullSecrets?: ReadonlyArray<{ readonly name: string }>
  readonly automountServiceAccountToken?: boolean
}

export interface Node extends KubernetesObject {
  readonly spec?: {
    readonly unschedulable?: boolean
    readonly taints?: ReadonlyArray<{ readonly key: string; readonly value?: string; readonly effect: string }>
  }
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>
    readonly allocatable?: Readonly<Record<string, string>>
    readonly conditions?: ReadonlyArray<ObjectCondition>
    readonly addresses?: ReadonlyArray<{ readonly type: string; readonly address: string }>
    readonly nodeInfo?: Readonly<Record<string, string>>
    readonly daemonEndpoints?: { readonly kubeletEndpoint?: { readonly Port: number } }
  }
}

export interface CustomResourceDefinition extends KubernetesObject {
  readonly spec: OurDefinition["spec"]
  readonly status?: {
    readonly conditions?: ReadonlyArray<ObjectCondition>
    readonly acceptedNames?: Readonly<Record<string, unknown>>
    readonly storedVersions?: ReadonlyArray<string>
  }
}

export interface TokenReview extends KubernetesObject {
  readonly spec: { readonly token: string; readonly audiences?: ReadonlyArray<string> }
  readonly status?: {
    readonly authenticated?: boolean
    readonly user?: {
      readonly username?: string
      readonly uid?: string
      readonly groups?: ReadonlyArray<string>
      readonly extra?: Readonly<Record<string, ReadonlyArray<string>>>
    }
    readonly audiences?: ReadonlyArray<string>
    readonly error?: string
  }
}

export interface SubjectAccessReview extends KubernetesObject {
  readonly spec: {
    readonly user?: string
    readonly uid?: string
    readonly groups?: ReadonlyArray<string>
    readonly extra?: Readonly<Record<string, ReadonlyArray<string>>>
    readonly resourceAttributes?: {
      readonly namespace?: string
      readonly verb?: string
      readonly group?: string
      readonly version?: string
      readonly resource?: string
      readonly subresource?: string
      readonly name?: string
    }
  }
  readonly status?: { readonly allowed: boolean; readonly denied?: boolean; readonly reason?: string }
}
