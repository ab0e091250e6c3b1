/** Kinds of the named groups. */
import { condition, labelSelector, objectMeta, typeFields } from "./MetaSchemas.ts"
import { type Fields, flag, int, ints, list, object, open, ref, text, textMap, texts, time } from "./Schema.ts"

const metadata = ref(objectMeta, "Name, labels and the like.")

const reviewed = {
  user: text("Name of the user."),
  uid: text("Identity of the user."),
  groups: texts("Groups of the user."),
  extra: open("What else is known of the user.")
}

const verdict = object("The answer.", {
  allowed: flag("Whether it is allowed."),
  denied: flag("Whether it is refused outright."),
  reason: text("Why.")
})

const resourceAttributes = object("What is to be done to which resource.", {
  namespace: text("Namespace; empty: all, or the cluster."),
  verb: text("What is to be done, such as get or create."),
  group: text("Group of the resource."),
  version: text("Version of the resource."),
  resource: text("The resource, such as coderuns."),
  subresource: text("Its subresource, such as status."),
  name: text("Name of the object; empty: all.")
})

export const otherSchemas: Fields = {
  "io.k8s.api.batch.v1.Job": object("Pods that run to their end.", {
    ...typeFields,
    metadata,
    spec: ref("io.k8s.api.batch.v1.JobSpec", "What is to run, and how often."),
    status: ref("io.k8s.api.batch.v1.JobStatus", "How far it is.")
  }),
  "io.k8s.api.batch.v1.JobSpec": object("What a job runs, and how often.", {
    template: ref("io.k8s.api.core.v1.PodTemplateSpec", "The pods. Cannot be changed."),
    parallelism: int("Pods that run at the same time. Default 1."),
    completions: int("Pods that must succeed. Default 1."),
    completionMode: text("NonIndexed or Indexed."),
    backoffLimit: int("Failed pods after which the job fails. Default 6."),
    activeDeadlineSeconds: int("Seconds after which the job fails."),
    ttlSecondsAfterFinished: int("Seconds after its end when the job is removed; absent: never."),
    suspend: flag("Whether no pods are to run for now."),
    podReplacementPolicy: text("When a pod is replaced: TerminatingOrFailed, or Failed."),
    manualSelector: flag("Whether the selector was chosen by hand."),
    selector: ref(labelSelector, "Labels by which the job knows its pods; set by the server."),
    podFailurePolicy: object("What failures of pods mean.", {
      rules: {
        type: "array",
        items: object("The first rule that matches counts.", {
          action: text("FailJob, Ignore, Count or FailIndex."),
          onExitCodes: object("Match exit codes.", {
            containerName: text("Container; absent: any."),
            operator: text("In or NotIn."),
            values: ints("The exit codes.")
          }, ["operator", "values"]),
          onPodConditions: {
            type: "array",
            items: object("A condition of the pod.", {
              type: text("Its type."),
              status: text("Its status. Default True.")
            }, [
              "type"
            ]),
            description: "Match conditions of the pod."
          }
        }, ["action"]),
        description: "Rules, in order."
      }
    }, ["rules"])
  }, ["template"]),
  "io.k8s.api.batch.v1.JobStatus": object("How far a job is.", {
    active: int("Pods that are pending or running."),
    ready: int("Pods that are ready."),
    succeeded: int("Pods that succeeded."),
    failed: int("Pods that failed."),
    terminating: int("Pods that are being removed."),
    startTime: time("When it started."),
    completionTime: time("When it completed; absent where it failed."),
    conditions: list(condition, "Facts about the job: Complete, Failed, Suspended and the like.", "type"),
    uncountedTerminatedPods: open("Pods that ended and are not counted yet.")
  }),
  "io.k8s.api.coordination.v1.Lease": object("Something that only one program holds at a time.", {
    ...typeFields,
    metadata,
    spec: object("Who holds it, and until when.", {
      holderIdentity: text("Who holds it."),
      leaseDurationSeconds: int("Seconds that others wait after the last renewal."),
      acquireTime: time("When the holder got it."),
      renewTime: time("When the holder renewed it last."),
      leaseTransitions: int("How often it went to another holder.")
    })
  }),
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition": object(
    "A kind that was added to the cluster.",
    {
      ...typeFields,
      metadata,
      spec: object("What the kind is.", {
        group: text("Group of the kind."),
        scope: text("Namespaced or Cluster."),
        names: object("What it is called.", {
          plural: text("Plural, used in paths."),
          singular: text("Singular."),
          kind: text("Name of the kind."),
          listKind: text("Name of its list."),
          shortNames: texts("Short names for kubectl."),
          categories: texts("Groups of kinds for kubectl, such as all.")
        }, ["plural", "kind"]),
        versions: {
          type: "array",
          items: open("A version."),
          description: "Versions, each with its schema and columns."
        },
        conversion: open("How objects change between versions."),
        preserveUnknownFields: flag("Always false.")
      }, ["group", "names", "scope", "versions"]),
      status: object("Whether it is served.", {
        conditions: list(condition, "NamesAccepted, Established and the like.", "type"),
        acceptedNames: open("Names that are in use."),
        storedVersions: texts("Versions in which objects may be stored.")
      })
    },
    ["spec"]
  ),
  "io.k8s.api.authentication.v1.TokenReview": object("A question whose token this is; it is answered, not stored.", {
    ...typeFields,
    metadata,
    spec: object("The question.", { token: text("The token."), audiences: texts("For whom it should be.") }, ["token"]),
    status: object("The answer.", {
      authenticated: flag("Whether the token is good."),
      user: object("Whose it is.", { username: text("Name of the user."), ...reviewed }),
      audiences: texts("For whom it is."),
      error: text("Why it could not be checked.")
    })
  }, ["spec"]),
  "io.k8s.api.authentication.v1.SelfSubjectReview": object("A question who is asking.", {
    ...typeFields,
    metadata,
    status: object("The answer.", {
      userInfo: object("Who.", { username: text("Name of the user."), groups: texts("Groups.") })
    })
  }),
  "io.k8s.api.authorization.v1.SubjectAccessReview": object("A question whether somebody may do something.", {
    ...typeFields,
    metadata,
    spec: object("The question.", {
      ...reviewed,
      resourceAttributes,
      nonResourceAttributes: textMap("Path and verb.")
    }),
    status: verdict
  }, ["spec"]),
  "io.k8s.api.authorization.v1.SelfSubjectAccessReview": object("A question whether one may do something oneself.", {
    ...typeFields,
    metadata,
    spec: object("The question.", { resourceAttributes, nonResourceAttributes: textMap("Path and verb.") }),
    status: verdict
  }, ["spec"]),
  "io.k8s.api.authorization.v1.SelfSubjectRulesReview": object("A question what one may do in a namespace.", {
    ...typeFields,
    metadata,
    spec: object("The question.", { namespace: text("The namespace.") }),
    status: open("The answer.")
  }, ["spec"])
}
