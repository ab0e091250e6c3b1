/** Jobs. */
import { defaultTo, flag, listOf, meaning, named, natural, oneOf, open, record, text, time } from "./Describe.ts"
import { conditions, labelSelector } from "./Metadata.ts"
import { podTemplate } from "./Pod.ts"

const batch = (name: string) => `io.k8s.api.batch.v1.${name}`

const failurePolicy = record("What failures of pods mean.", {
  rules: listOf(
    "Rules, in order.",
    record("The first rule that matches counts.", {
      action: oneOf("FailJob, Ignore, Count or FailIndex.", "FailJob", "FailIndex", "Ignore", "Count"),
      onExitCodes: record("Match exit codes.", {
        containerName: text("Container; absent: any."),
        operator: oneOf("In or NotIn.", "In", "NotIn"),
        values: {
          type: "array",
          items: { type: "integer" },
          "x-kubernetes-list-type": "set",
          description: "The exit codes."
        }
      }, ["operator", "values"]),
      onPodConditions: listOf(
        "Match conditions of the pod.",
        record("A condition of the pod.", {
          type: text("Its type."),
          status: defaultTo("True", text("Its status. Default True."))
        }, ["type"])
      )
    }, ["action"])
  )
}, ["rules"])

export const job = named(
  batch("Job"),
  record("Pods that run to their end.", {
    spec: named(
      batch("JobSpec"),
      record("What is to run, and how often.", {
        template: meaning("The pods. Cannot be changed.", podTemplate),
        parallelism: natural("Pods that run at the same time. Default 1."),
        completions: natural("Pods that must succeed. Default 1."),
        completionMode: defaultTo("NonIndexed", oneOf("NonIndexed or Indexed.", "NonIndexed", "Indexed")),
        backoffLimit: defaultTo(6, natural("Failed pods after which the job fails. Default 6.")),
        activeDeadlineSeconds: natural("Seconds after which the job fails."),
        ttlSecondsAfterFinished: natural("Seconds after its end when the job is removed; absent: never."),
        suspend: defaultTo(false, flag("Whether no pods are to run for now.")),
        manualSelector: defaultTo(false, flag("Whether the selector was chosen by hand.")),
        podReplacementPolicy: oneOf(
          "When a pod is replaced: TerminatingOrFailed, or Failed.",
          "Failed",
          "TerminatingOrFailed"
        ),
        podFailurePolicy: failurePolicy,
        selector: meaning("Labels by which the job knows its pods; set by the server.", labelSelector)
      }, ["template"])
    ),
    status: named(
      batch("JobStatus"),
      record("How far it is.", {
        active: natural("Pods that are pending or running."),
        ready: natural("Pods that are ready."),
        succeeded: natural("Pods that succeeded."),
        failed: natural("Pods that failed."),
        terminating: natural("Pods that are being removed."),
        startTime: time("When it started."),
        completionTime: time("When it completed; absent where it failed."),
        conditions: conditions("Facts about the job: Complete, Failed, Suspended and the like."),
        uncountedTerminatedPods: open("Pods that ended and are not counted yet.")
      })
    )
  }, ["spec"])
)
