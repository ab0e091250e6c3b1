/** Wrongs in what is done to the cluster, and in what its answers are taken for. */
import { cases, type Mutant } from "../Mutant.ts"

const interpreter = "packages/controller/src/act/Interpreter.ts"
const cleanup = "packages/controller/src/act/Cleanup.ts"

export const act: ReadonlyArray<Mutant> = [
  {
    name: "a status is written without its resourceVersion",
    file: interpreter,
    find: "const metadata = { name, namespace, uid, resourceVersion }",
    replace: "const metadata = { name, namespace, uid, resourceVersion: resourceVersion.slice(0, 0) }",
    by: cases("S1", [], "I8")
  },
  {
    name: "a claim is leased whatever its version",
    file: interpreter,
    find: "uid,\n              resourceVersion,\n              annotations:",
    replace: "uid,\n              annotations:",
    by: { test: "packages/controller/test/act/Interpreter" }
  },
  {
    name: "a Job is stopped without its UID",
    file: interpreter,
    find: "metadata: { uid, annotations: { [stopAnnotation]: reason } },",
    replace: "metadata: { annotations: { [stopAnnotation]: reason } },",
    by: cases("S15", [], "I8")
  },
  {
    name: "a Job is released without its UID",
    file: cleanup,
    find: `{ op: "test", path: "/metadata/uid", value: uid },`,
    replace: "",
    by: cases("S1", [], "I8")
  },
  {
    name: "a Job's finalizer is not taken off",
    file: cleanup,
    find: `{ op: "remove", path: finalizer },`,
    replace: "",
    by: cases("S1", [], "end")
  },
  {
    name: "a Job of that name is taken for ours",
    file: interpreter,
    find: "if (!isOwnedBy(existing, ownerReferences[0]?.uid)) return answer(Feedback.JobNameTaken())",
    replace: "",
    by: cases("S14", [], "I4")
  },
  {
    name: "files of that name are taken for ours",
    file: interpreter,
    find: "if (!same || !isOwnedBy(created, reference.uid)) return answer(Feedback.FilesNameTaken())",
    replace: "",
    by: { test: "packages/controller/test/act/Interpreter" }
  },
  {
    name: "a claim of that name is taken for ours",
    file: interpreter,
    find: `if (adoptable(existing, claim)) return seen(yield* adopt(existing), "done")`,
    replace: `if (isOurs(existing)) return seen(yield* adopt(existing), "done")`,
    by: { test: "packages/controller/test/act/Interpreter" }
  },
  {
    name: "a Job that is there already is an error",
    file: interpreter,
    find: `Effect.catchIf(hasReason("AlreadyExists"), (): Effect.Effect<Step, KubernetesError> => adoptJob(job)),`,
    replace: "",
    by: { test: "packages/controller/test/act/Interpreter" }
  },
  {
    name: "a race lost is a success",
    file: interpreter,
    find: "Effect.succeed({ error })",
    replace: `Effect.succeed("done")`,
    by: { test: "packages/controller/test/act/Interpreter" }
  },
  {
    name: "what we have written is not in the stores",
    file: "packages/k8s/src/Store.ts",
    find: `if (revision !== "" && isNewer(versionOf(object), revision)) {`,
    replace: "if (false) {",
    by: { test: "packages/k8s/test/Store" }
  },
  {
    name: "what is written is not told to be on its way",
    file: "packages/controller/src/facts/Underway.ts",
    find: "byClaim.set(claim, jobs.set(job, Infinity))",
    replace: "jobs.set(job, Infinity)",
    by: { test: "packages/controller/test/program/Possession", named: "its Job is on its way while its run is deleted" }
  },
  {
    name: "a Secret's value is written into the log",
    file: interpreter,
    find: "const sendJob = (job: Job) => {",
    replace: `const sendJob = (job: Job) => Effect.andThen(
        Effect.flatMap(
          client.get({ group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true }, {
            name: "orchestrator-secrets",
            namespace: job.metadata.namespace
          }),
          (secret) => Effect.logInfo("environment", Object.values(secret.data ?? {}).map((value) => atob(value)).join())
        ),
        sendPlainJob(job)
      )
      const sendPlainJob = (job: Job) => {`,
    by: cases("S1", [], "I10")
  },
  {
    name: "whatever has our labels is stopped and let go",
    file: "packages/controller/src/attempt/OwnJob.ts",
    find: "if (owners.length > 0) return owners.includes(uid)",
    replace: "if (owners.length > 0) return true",
    by: cases("S13", [], "end")
  }
]
