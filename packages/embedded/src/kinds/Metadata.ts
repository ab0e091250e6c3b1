/** What the objects of all kinds have in common. */
import {
  atomic,
  type Fields,
  flag,
  listBy,
  listOf,
  named,
  open,
  record,
  setOf,
  text,
  textMap,
  texts,
  time,
  whole
} from "./Describe.ts"

const meta = (name: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`

/** apiVersion and kind of every object. */
export const typeFields: Fields = {
  apiVersion: text("Group and version of the schema of this object."),
  kind: text("Name of the schema of this object.")
}

const ownerReference = named(
  meta("OwnerReference"),
  atomic(record("An object that another one depends on, in the same namespace or of the cluster.", {
    apiVersion: text("Group and version of the owner."),
    kind: text("Kind of the owner."),
    name: text("Name of the owner."),
    uid: text("Identity of the owner."),
    controller: flag("Whether the owner is the controller of the object; only one may be."),
    blockOwnerDeletion: flag("Whether the owner, deleted in the foreground, waits for the object to go first.")
  }))
)

const managedFieldsEntry = named(
  meta("ManagedFieldsEntry"),
  record("The fields that one program manages.", {
    manager: text("Name of the program."),
    operation: text("Apply or Update."),
    apiVersion: text("Version of the object that the fields are named after."),
    time: time("When the program wrote last."),
    fieldsType: text("Always FieldsV1."),
    fieldsV1: open("The fields, as a tree."),
    subresource: text("Subresource that was written, such as status.")
  })
)

/** Unlike the rest, no field but these is kept. */
export const metadataSchema = named(meta("ObjectMeta"), {
  type: "object",
  description: "What every object has, whatever its kind.",
  properties: {
    name: text("Name, unique among the objects of its kind and namespace. Cannot be changed."),
    generateName: text("Beginning of a name that the server completes, used where no name is given."),
    namespace: text("Namespace of the object. Cannot be changed; empty for objects of the whole cluster."),
    uid: text("Identity of this object in time and space, set by the server."),
    resourceVersion: text(
      "Version of the object, changed by every write. In a write: refused unless it is still current."
    ),
    generation: whole("Number of the specification, counted up by the server when it changes."),
    creationTimestamp: time("When the object was created, set by the server."),
    deletionTimestamp: time("When the object is to be removed, set by the server when removal is asked for."),
    deletionGracePeriodSeconds: { ...whole("Seconds that the object is given to end well."), nullable: true },
    selfLink: text("No longer set."),
    labels: textMap("Short keys and values by which objects are selected."),
    annotations: textMap("Keys and values that programs keep with the object. They cannot be selected by."),
    finalizers: setOf("What must happen before the object is removed; it is removed when the list is empty.", {
      type: "string"
    }),
    ownerReferences: listBy(
      "Objects that this one depends on; it is removed when all of them are gone.",
      ["uid"],
      ownerReference
    ),
    managedFields: listOf("Who manages which field, kept for server-side apply.", managedFieldsEntry)
  }
})

const condition = named(
  meta("Condition"),
  record("One fact about an object, and since when it is so.", {
    type: text("Name of the fact."),
    status: text("True, False or Unknown."),
    reason: text("Why, in one word."),
    message: text("Why, for people."),
    lastTransitionTime: time("When the status changed last."),
    lastProbeTime: time("When the fact was looked at last."),
    observedGeneration: whole("Generation of the specification that the fact is about.")
  }, ["type", "status"])
)

export const conditions = (description: string) => listBy(description, ["type"], condition)

export const labelSelector = named(
  meta("LabelSelector"),
  atomic(record("Which objects, by their labels.", {
    matchLabels: textMap("Labels that must be there with these values."),
    matchExpressions: listOf(
      "Further demands, all of which must hold.",
      record("A demand on one label.", {
        key: text("Key of the label."),
        operator: text("In, NotIn, Exists or DoesNotExist."),
        values: texts("Values for In and NotIn.")
      })
    )
  }))
)
