/** Labels, annotations and finalizers of the objects we own. Users' labels never override ours. */

export const group = "orchestrator.platform"

/** Label with the UID of the run that an object belongs to; ownership is this label and the ownerReference. */
export const runUidLabel = `${group}/run-uid`
/** Label with the name of the run, cut to a label's length. */
export const runLabel = `${group}/run`
/** Label on a run and what is made for it: number of the shard that acts on it; absent: 0. */
export const shardLabel = `${group}/shard`
/** Label on a workspace claim. */
const serviceLabel = "service"
/** Annotation on a workspace claim: UID of the run that holds it. */
export const holderAnnotation = `${group}/holder`
/** Annotation on a workspace claim: another text with every lease, so that of two that were decided on one version the second fails. */
export const leaseAnnotation = `${group}/lease`
/** Annotation on a workspace claim: whose it is, as JSON. */
export const tenantAnnotation = `${group}/tenant`
/** Label on a Job that an uninstalled orchestrator has let go of: whoever still runs does not hold it again. */
export const releasedLabel = `${group}/released`
/** Label on a workspace claim: a short hash of whose it is. */
export const tenantLabel = `${group}/tenant`
/** Annotation on the Lease: name of the installation whose replica leads. */
export const installationAnnotation = `${group}/installation`
/** Annotation on a Job: the attempt's automatic retry number. */
export const retryAnnotation = `${group}/retry`
/** Annotation on a Job that we asked to stop: why, so that its end is not taken for a deadline's. */
export const stopAnnotation = `${group}/stop`
/** Annotation on a Job: seconds that its agent may work, from when its container has begun. */
export const timeoutAnnotation = `${group}/timeout-seconds`
/** Annotation on a Job: hash of the spec that the attempt was started with. */
export const specAnnotation = `${group}/spec`
/** Annotation on a run: W3C trace context of whoever made it, which its agents' telemetry joins. */
export const traceparentAnnotation = `${group}/traceparent`
/** Annotation on a run that a backup is restored to: its former UID. It is left alone until its status has that as `originalUid`. */
export const restoredAnnotation = `${group}/restored-from`
/** Annotations on a run: name and uid of the user who last asked the HTTP API to make, retry or cancel it. */
export const requestedByAnnotation = `${group}/requested-by`
export const requestedByUidAnnotation = `${group}/requested-by-uid`
/** Annotation on a run: events of the forge that could not be handled yet, as JSON. */
export const waitingEventsAnnotation = `${group}/waiting-events`
/** Annotation on a run or a workspace claim: with `true` it is not deleted for its age, nor for being one of too many. */
export const keepAnnotation = `${group}/keep`
/** Label on a run: the trigger that made it. */
export const triggerLabel = `${group}/trigger`
/** Keeps a Job until its result is stored. */
export const jobFinalizer = `${group}/result`

/** What every object of ours can be selected by. */
export const ourLabels: Readonly<Record<string, string>> = {
  app: "orchestrator",
  "app.kubernetes.io/managed-by": "orchestrator"
}
export const ourSelector: string = Object.entries(ourLabels).map((label) => label.join("=")).join(",")

/** Any text as a label value: at most 63 of letters, digits, `-_.`, ends alphanumeric; empty when nothing is left. */
export const labelValue = (text: string): string =>
  usualValue.test(text)
    ? text
    : text.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 63).replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")

const usualValue = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/

export interface LabelInputs {
  readonly component: string
  readonly taskType: string
  readonly run: string
  readonly uid: string
  readonly githubUser: string
  readonly contextVersion: number
  readonly taskId: number | undefined
  readonly service: string | undefined
}

/** Labels of Job, pod and ConfigMap of an attempt. */
export const runLabels = (inputs: LabelInputs): Readonly<Record<string, string>> => ({
  app: "orchestrator",
  component: inputs.component,
  "task-type": inputs.taskType,
  "github-user": labelValue(inputs.githubUser),
  "context-version": String(inputs.contextVersion),
  "app.kubernetes.io/name": "orchestrator",
  "app.kubernetes.io/component": inputs.component,
  "app.kubernetes.io/managed-by": "orchestrator",
  "app.kubernetes.io/part-of": "orchestrator",
  [runUidLabel]: inputs.uid,
  [runLabel]: labelValue(inputs.run),
  ...(inputs.taskId === undefined ? undefined : { "task-id": String(inputs.taskId) }),
  ...(inputs.service === undefined ? undefined : { "service-name": labelValue(inputs.service) })
})

/** Labels of a workspace claim. */
export const workspaceLabels = (service: string): Readonly<Record<string, string>> => ({
  app: "orchestrator",
  component: "workspace",
  [serviceLabel]: labelValue(service),
  "app.kubernetes.io/name": "orchestrator",
  "app.kubernetes.io/component": "workspace",
  "app.kubernetes.io/managed-by": "orchestrator",
  "app.kubernetes.io/part-of": "orchestrator"
})
