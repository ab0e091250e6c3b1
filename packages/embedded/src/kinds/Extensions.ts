/** Definitions of custom kinds, and the questions that are answered and not stored. */
import { type Fields, flag, listOf, named, open, record, text, textMap, texts } from "./Describe.ts"
import { conditions } from "./Metadata.ts"

export const customResourceDefinition = named(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
  record("A kind that was added to the cluster.", {
    spec: record("What the kind is.", {
      group: text("Group of the kind."),
      scope: { ...text("Namespaced or Cluster."), enum: ["Namespaced", "Cluster"] },
      names: record("What it is called.", {
        plural: text("Plural, used in paths."),
        singular: text("Singular."),
        kind: text("Name of the kind."),
        listKind: text("Name of its list."),
        shortNames: texts("Short names for kubectl."),
        categories: texts("Groups of kinds for kubectl, such as all.")
      }),
      versions: listOf(
        "Versions, each with its schema and columns.",
        record("A version.", {
          name: text("Name of the version, such as v1."),
          served: flag("Whether it is served."),
          storage: flag("Whether objects are stored in it.")
        }, ["name", "served", "storage"])
      ),
      conversion: open("How objects change between versions."),
      preserveUnknownFields: flag("Always false.")
    }, ["group", "names", "scope", "versions"]),
    status: record("Whether it is served.", {
      conditions: conditions("NamesAccepted, Established and the like."),
      acceptedNames: open("Names that are in use."),
      storedVersions: texts("Versions in which objects may be stored.")
    })
  }, ["spec"])
)

const reviewed: Fields = {
  uid: text("Identity of the user."),
  groups: texts("Groups of the user."),
  extra: {
    type: "object",
    additionalProperties: { type: "array", items: { type: "string" } },
    description: "What else is known of the user."
  }
}

const answer = record("The answer.", {
  allowed: flag("Whether it is allowed."),
  denied: flag("Whether it is refused outright."),
  reason: text("Why.")
})

const resourceAttributes = record("What is to be done to which resource.", {
  namespace: text("Namespace; empty: all, or the cluster."),
  verb: text("What is to be done, such as get or create."),
  group: text("Group of the resource."),
  version: text("Version of the resource."),
  resource: text("The resource, such as coderuns."),
  subresource: text("Its subresource, such as status."),
  name: text("Name of the object; empty: all.")
})

const nonResourceAttributes = textMap("Path and verb.")

const authentication = (name: string, description: string, fields: Fields, required: ReadonlyArray<string> = []) =>
  named(`io.k8s.api.authentication.v1.${name}`, record(description, fields, required))

const authorization = (name: string, description: string, fields: Fields) =>
  named(`io.k8s.api.authorization.v1.${name}`, record(description, fields, ["spec"]))

export const tokenReview = authentication(
  "TokenReview",
  "A question whose token this is; it is answered, not stored.",
  {
    spec: record("The question.", { token: text("The token."), audiences: texts("For whom it should be.") }),
    status: record("The answer.", {
      authenticated: flag("Whether the token is good."),
      user: record("Whose it is.", { username: text("Name of the user."), ...reviewed }),
      audiences: texts("For whom it is."),
      error: text("Why it could not be checked.")
    })
  },
  ["spec"]
)

export const selfSubjectReview = authentication("SelfSubjectReview", "A question who is asking.", {
  status: record("The answer.", {
    userInfo: record("Who.", { username: text("Name of the user."), groups: texts("Groups.") })
  })
})

export const subjectAccessReview = authorization(
  "SubjectAccessReview",
  "A question whether somebody may do something.",
  {
    spec: record("The question.", {
      user: text("Name of the user."),
      ...reviewed,
      resourceAttributes,
      nonResourceAttributes
    }),
    status: answer
  }
)

export const selfSubjectAccessReview = authorization(
  "SelfSubjectAccessReview",
  "A question whether one may do something oneself.",
  { spec: record("The question.", { resourceAttributes, nonResourceAttributes }), status: answer }
)

export const selfSubjectRulesReview = authorization(
  "SelfSubjectRulesReview",
  "A question what one may do in a namespace.",
  { spec: record("The question.", { namespace: text("The namespace.") }), status: open("The answer.") }
)
