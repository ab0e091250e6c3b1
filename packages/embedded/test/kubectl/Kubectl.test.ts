/**
 * A real kubectl against the embedded cluster: what people type works, and says what they expect. Skipped where there is no kubectl;
 * to choose one, put its folder first on the PATH.
 */
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, writeFileSync } from "node:fs"
import { ScriptedNode } from "../../src/node/ScriptedRuntime.ts"
import { hasKubectl, layer as kubectlLayer, within } from "./Kubectl.ts"
import { codeRun, configMap, job, manifests } from "./Manifests.ts"

const lines = (text: string): ReadonlyArray<string> => text.trim().split("\n").map((line) => line.trimEnd())

const columns = (line: string | undefined): ReadonlyArray<string> => (line ?? "").split(/ {2,}/)

describe.skipIf(!hasKubectl)("kubectl, where there is one on the PATH", () => {
  layer(kubectlLayer, { excludeTestServices: true, timeout: "20 seconds" })((it) => {
    it.effect("discovers what is served and explains it", () =>
      Effect.gen(function*() {
        const { ok } = yield* within("discovery")
        assert.include(yield* ok("version"), "Server Version: v1.37.0")
        assert.includeMembers([...lines(yield* ok("api-versions"))], ["v1", "batch/v1", "orchestrator.platform/v1"])
        const resources = lines(yield* ok("api-resources")).map((line) => line.split(/\s+/))
        assert.deepInclude(resources, ["coderuns", "cr", "orchestrator.platform/v1", "true", "CodeRun"])
        assert.deepInclude(resources, ["namespaces", "ns", "v1", "false", "Namespace"])

        assert.include(yield* ok("explain cr.spec.docsBranch"), "Docs branch to use")
        const tree = yield* ok("explain coderun --recursive")
        assert.match(tree, /KIND:\s+CodeRun/)
        assert.match(tree, /taskId\t<integer> -required-/)
        assert.match(yield* ok("explain pod.spec.containers.env"), /FIELD: env <\[\]EnvVar>/)
        assert.include(yield* ok("explain jobs.spec.backoffLimit"), "Failed pods after which the job fails")
        assert.strictEqual(yield* ok("get --raw /readyz"), "ok")
      }))

    it.effect("applies on the client's side", () =>
      Effect.gen(function*() {
        const { kubectl, ok, refused } = yield* within("apply")
        const apply = (...objects: ReadonlyArray<object>) => ok("apply -f -", [], manifests(...objects))
        assert.include(
          yield* ok("apply --dry-run=server -f -", [], manifests(codeRun("x"))),
          "created (server dry run)"
        )
        assert.strictEqual((yield* kubectl("get cr x")).code, 1)

        const first = [codeRun("x"), configMap("m", { a: "1", b: "2" }), job("j", "talker")]
        assert.deepStrictEqual(lines(yield* apply(...first)), [
          "coderun.orchestrator.platform/x created",
          "configmap/m created",
          "job.batch/j created"
        ])
        assert.deepStrictEqual(lines(yield* apply(...first)), [
          "coderun.orchestrator.platform/x unchanged",
          "configmap/m unchanged",
          "job.batch/j unchanged"
        ])
        assert.deepStrictEqual(lines(yield* apply(codeRun("x", { cancel: true }), configMap("m", { b: "3" }))), [
          "coderun.orchestrator.platform/x configured",
          "configmap/m configured"
        ])
        assert.strictEqual(yield* ok("get cm m -o", ["jsonpath={.data}"]), `{"b":"3"}`)
        const diff = yield* kubectl("diff -f -", [], manifests(configMap("m", { b: "4" })))
        assert.strictEqual(diff.code, 1)
        assert.include(diff.stdout, "+  b: \"4\"")

        const immutable = yield* refused("apply -f -", [], manifests(job("j", "quick")))
        assert.include(immutable, `The Job "j" is invalid: spec.template`)
        const wrong = yield* refused("apply -f -", [], manifests(codeRun("x", { service: [1] })))
        assert.include(wrong, `The CodeRun "x" is invalid: spec.service: Invalid value: "array"`)
        const unknown = yield* refused("apply -f -", [], manifests(codeRun("y", { servce: "api" })))
        assert.include(unknown, `unknown field "spec.servce"`)
        assert.strictEqual((yield* kubectl("get cr y")).code, 1)
      }))

    it.effect("applies on the server's side", () =>
      Effect.gen(function*() {
        const { ok, refused } = yield* within("server-side")
        const apply = (manager: string, value: string, more = "") =>
          [
            `apply --server-side --field-manager=${manager}${more} -f -`,
            [],
            manifests(configMap("m", { a: value }))
          ] as const
        assert.include(yield* ok(...apply("one", "1")), "configmap/m serverside-applied")
        assert.include(yield* refused(...apply("two", "2")), `conflict with "one": .data.a`)
        yield* ok(...apply("two", "2", " --force-conflicts"))
        assert.strictEqual(yield* ok("get cm m -o", ["jsonpath={.data.a}"]), "2")
        assert.include(yield* ok("get cm m -o yaml --show-managed-fields"), "manager: two")
        assert.include(yield* ok("apply --server-side -f -", [], manifests(codeRun("x"))), "x serverside-applied")
      }))

    it.effect("creates what it has commands for", () =>
      Effect.gen(function*() {
        const { ok, refused } = yield* within("create")
        assert.include(yield* ok("create namespace create-more"), "namespace/create-more created")
        yield* ok("create configmap m --from-literal=a=1")
        yield* ok("create secret generic s --from-literal=key=fake")
        yield* ok("create serviceaccount robot")
        yield* ok("create job j --image=talker -- run it")
        assert.strictEqual(
          yield* ok("get secret s -o", ["jsonpath={.data.key}"]),
          Buffer.from("fake").toString("base64")
        )
        assert.strictEqual(yield* ok("get job j -o", ["jsonpath={..containers[0].command}"]), `["run","it"]`)
        assert.include(yield* refused("create configmap m"), `configmaps "m" already exists`)
        assert.include(yield* ok("create -f -", [], manifests(codeRun("x"))), "x created")
        assert.include(yield* refused("create -f -", [], manifests(codeRun("x"))), "AlreadyExists")
        assert.include(yield* ok("auth can-i create coderuns"), "yes")
        assert.include(yield* ok("auth whoami"), "orchestrator-dev")
      }))

    it.effect("gets in every form", () =>
      Effect.gen(function*() {
        const { ok, refused } = yield* within("get")
        const maps = Array.from(
          { length: 5 },
          (_, index) => configMap(`m${index}`, {}, { group: index < 2 ? "a" : "b" })
        )
        yield* ok("apply -f -", [], manifests(codeRun("x"), ...maps))
        yield* ok("patch cr x --subresource=status --type=merge -p", [
          JSON.stringify({ status: { phase: "Running", reason: "AgentRunning", contextVersion: 1 } })
        ])
        const [heading, row] = lines(yield* ok("get cr"))
        assert.deepStrictEqual(columns(heading), ["NAME", "TASK", "SERVICE", "MODEL", "PHASE", "AGE"])
        assert.deepStrictEqual(columns(row).slice(0, 5), ["x", "5", "api", "some-model", "Running"])
        const [wideHeading, wideRow] = lines(yield* ok("get cr -o wide"))
        assert.includeMembers([...columns(wideHeading)], ["REASON", "ATTEMPT", "PR"])
        assert.includeMembers([...columns(wideRow)], ["AgentRunning", "1"])

        assert.include(yield* ok("get cr x -o yaml"), "docsBranch: main")
        assert.strictEqual(JSON.parse(yield* ok("get cr x -o json")).status.phase, "Running")
        assert.strictEqual(yield* ok("get cr x -o", ["jsonpath={.spec.service}"]), "api")
        assert.strictEqual(yield* ok("get cr -o name"), "coderun.orchestrator.platform/x\n")
        const custom = yield* ok("get cr -o", ["custom-columns=N:.metadata.name,T:.spec.taskId"])
        assert.deepStrictEqual(lines(custom).map(columns), [["N", "T"], ["x", "5"]])

        const names = (query: string) => Effect.map(ok(`get cm -o name ${query}`), lines)
        assert.lengthOf(yield* names("--chunk-size=2"), 5)
        assert.deepStrictEqual(yield* names("-l group=a"), ["configmap/m0", "configmap/m1"])
        assert.deepStrictEqual(yield* names("--field-selector metadata.name=m3"), ["configmap/m3"])
        assert.deepStrictEqual(yield* names("--selector group!=a,group"), [
          "configmap/m2",
          "configmap/m3",
          "configmap/m4"
        ])
        assert.include(yield* ok("get cr --field-selector status.phase=Running"), "some-model")
        assert.match(yield* ok("get coderuns -A"), /get +x +5/)
        assert.include(yield* refused("get cr nobody"), `coderuns.orchestrator.platform "nobody" not found`)
        assert.include(yield* refused("get cm --field-selector data=x"), "field label not supported")
        assert.include(yield* refused("get gizmos"), `doesn't have a resource type "gizmos"`)
      }))

    it.effect("changes objects: patch, edit, label, annotate, replace", () =>
      Effect.gen(function*() {
        const { folder, ok, refused } = yield* within("change")
        yield* ok("apply -f -", [], manifests(codeRun("x"), configMap("m", { a: "1" })))
        yield* ok("patch cr x --type=merge -p", [`{"spec":{"cancel":true}}`])
        yield* ok("patch cr x --type=json -p", [`[{"op":"replace","path":"/spec/cancel","value":false}]`])
        yield* ok("patch cm m -p", [`{"data":{"b":"2"}}`])
        assert.strictEqual(yield* ok("get cm m -o", ["jsonpath={.data}"]), `{"a":"1","b":"2"}`)
        const strategic = yield* refused("patch cr x --type=strategic -p", [`{"spec":{"cancel":true}}`])
        assert.include(strategic, "application/strategic-merge-patch+json is not supported")

        assert.include(yield* ok("label cr x stage=one"), "labeled")
        assert.include(yield* refused("label cr x stage=two"), "already has a value")
        yield* ok("label cr x stage=two --overwrite")
        yield* ok("annotate cr x note=hi")
        const path = "jsonpath={.metadata.labels.stage}{.metadata.annotations.note}{.spec.cancel}"
        assert.strictEqual(yield* ok("get cr x -o", [path]), "twohifalse")

        const editor = `${folder}/editor`
        writeFileSync(
          editor,
          "#!/bin/sh\nsed -i 's/contextVersion: 1/contextVersion: 2/; s/a: \"1\"/a: \"9\"/' \"$1\"\n"
        )
        chmodSync(editor, 0o755)
        const env = { KUBE_EDITOR: editor }
        assert.include(yield* ok("edit cr x", [], { env }), "edited")
        assert.include(yield* ok("edit cm m", [], { env }), "edited")
        assert.strictEqual(yield* ok("get cr x -o", ["jsonpath={.spec.contextVersion}{.metadata.generation}"]), "24")
        assert.strictEqual(yield* ok("get cm m -o", ["jsonpath={.data.a}"]), "9")

        assert.include(yield* ok("replace -f -", [], manifests(configMap("m", { c: "3" }))), "replaced")
        assert.strictEqual(yield* ok("get cm m -o", ["jsonpath={.data}"]), `{"c":"3"}`)
        const stale = { ...configMap("m", {}), metadata: { name: "m", resourceVersion: "1" } }
        assert.include(yield* refused("replace -f -", [], manifests(stale)), "the object has been modified")
      }))

    it.effect("watches and waits", () =>
      Effect.gen(function*() {
        const { ok, start } = yield* within("wait")
        const status = (phase: string, ready: string) => [
          JSON.stringify({ status: { phase, conditions: [{ type: "Ready", status: ready }] } })
        ]
        const patchStatus = "patch cr x --subresource=status --type=merge -p"
        yield* ok("create -f -", [], manifests(codeRun("x")))
        const watch = yield* start("get cr -w")
        yield* watch.shows("some-model")
        const waits = yield* Effect.all([
          start("wait --for=condition=Ready cr/x --timeout=10s"),
          start("wait --for=jsonpath={.status.phase}=Succeeded cr/x --timeout=10s"),
          start("wait --for=delete cr/x --timeout=10s")
        ])
        yield* ok(patchStatus, status("Running", "False"))
        yield* watch.shows("Running")
        yield* ok(patchStatus, status("Succeeded", "True"))
        assert.lengthOf((yield* watch.shows("Succeeded")).match(/NAME/g) ?? [], 1)
        const [ready, succeeded, deleted] = waits
        assert.strictEqual((yield* ready.ended).stdout, "coderun.orchestrator.platform/x condition met\n")
        assert.strictEqual((yield* succeeded.ended).code, 0)
        yield* ok("delete cr x")
        assert.strictEqual((yield* deleted.ended).code, 0)
      }))

    it.effect("deletes, and waits until it is done", () =>
      Effect.gen(function*() {
        const { kubectl, ok } = yield* within("delete")
        const maps = ["a", "b", "c", "d"].map((name) => configMap(name, {}, { half: name < "c" ? "first" : "second" }))
        yield* ok(
          "apply -f -",
          [],
          manifests(...maps, job("background", "talker"), job("foreground", "talker"), job("orphan", "talker"))
        )
        assert.match(yield* ok("delete cm a --wait"), /configmap "a" deleted/)
        yield* ok("delete cm -l half=first")
        assert.deepStrictEqual(lines(yield* ok("get cm -o name")), ["configmap/c", "configmap/d"])
        yield* ok("delete cm --all")
        assert.strictEqual(yield* ok("get cm -o name"), "")
        assert.strictEqual((yield* kubectl("delete cm a")).code, 1)
        assert.strictEqual((yield* kubectl("delete cm a --ignore-not-found")).code, 0)

        const podsOf = (name: string) => ok(`get pods -o name -l app=${name}`)
        yield* ok("wait --for=jsonpath={.status.active}=1 job/background job/foreground job/orphan --timeout=10s")
        yield* ok("delete job foreground --cascade=foreground --wait --timeout=10s")
        assert.strictEqual(yield* podsOf("foreground"), "")
        yield* ok("delete job orphan --cascade=orphan --wait --timeout=10s")
        assert.match(yield* podsOf("orphan"), /^pod\/orphan-/)
        yield* ok("delete job background --wait --timeout=10s")
        yield* ok("wait --for=delete pod -l app=background --timeout=10s")
        assert.strictEqual(yield* podsOf("background"), "")
        assert.match(yield* podsOf("orphan"), /^pod\/orphan-/)
      }))

    it.effect("runs pods, and shows their logs and events", () =>
      Effect.gen(function*() {
        const { kubectl, ok, refused, start } = yield* within("run")
        const node = yield* ScriptedNode
        yield* ok("apply -f -", [], manifests(job("talk", "talker"), job("stuck", "absent")))
        yield* ok("run solo --image=quick --restart=Never")
        yield* ok("wait --for=jsonpath={.status.phase}=Succeeded pod/solo --timeout=10s")
        assert.strictEqual(yield* ok("logs solo"), "hello\n")

        yield* ok("wait --for=condition=Ready pod -l app=talk --timeout=10s")
        const following = yield* start("logs -f job/talk")
        assert.strictEqual(yield* following.shows("two\n"), "one\ntwo\n")
        assert.strictEqual(yield* ok("logs job/talk --tail=1"), "two\n")
        assert.match(yield* ok("logs job/talk --timestamps --limit-bytes=20"), /^\d{4}-\d\d-\d\dT/)
        yield* node.finish(({ container, pod }) => container.image === "talker" && pod.metadata.namespace === "run", {
          exitCode: 0
        })
        assert.strictEqual((yield* following.ended).stdout, "one\ntwo\n")
        yield* ok("wait --for=condition=Complete job/talk --timeout=10s")
        assert.match(yield* ok("get jobs talk"), /talk +Complete +1\/1/)
        assert.include(yield* refused("logs solo -c other"), "container other is not valid for pod solo")
        assert.include(yield* refused("logs nobody"), `pods "nobody" not found`)

        const all = yield* ok("get all -o wide")
        assert.match(all, /pod\/solo +0\/1 +Completed +0 +\S+ +\S+ +node-1/)
        assert.match(all, /pod\/stuck-\S+ +0\/1 +(ErrImagePull|ImagePullBackOff)/)
        assert.match(all, /job.batch\/stuck +Running +0\/1/)
        const events = yield* kubectl("events")
        assert.strictEqual(events.code, 0)
        assert.include(yield* ok("describe job talk"), "1 Succeeded")
        const described = yield* ok("describe pod -l app=talk")
        assert.match(described, /Controlled By: +Job\/talk/)
        assert.match(described, /GREETING: +hello/)
        assert.match(described, /Exit Code: +0/)
      }))

    it.effect("describes", () =>
      Effect.gen(function*() {
        const { ok } = yield* within("describe")
        const event = (apiVersion: string, kind: string, uid: string) => ({
          apiVersion: "v1",
          kind: "Event",
          metadata: { name: `about-${kind.toLowerCase()}` },
          involvedObject: { apiVersion, kind, name: "x", namespace: "describe", uid },
          type: "Warning",
          reason: "Noticed",
          message: `something about the ${kind}`,
          firstTimestamp: "2026-01-01T00:00:00Z",
          lastTimestamp: "2026-01-01T00:00:00Z",
          count: 2,
          source: { component: "test" }
        })
        yield* ok("create -f -", [], manifests(codeRun("x"), configMap("x", { key: "value" })))
        const uids = yield* ok("get cr/x cm/x -o", ["jsonpath={.items[*].metadata.uid}"])
        const [run = "", map = ""] = uids.split(" ")
        yield* ok(
          "create -f -",
          [],
          manifests(event("orchestrator.platform/v1", "CodeRun", run), event("v1", "ConfigMap", map))
        )

        const describedRun = yield* ok("describe cr x")
        assert.match(describedRun, /Task Id: +5/)
        assert.match(describedRun, /Warning +Noticed +\S+ +(\(x2 over \S+\) +)?test +something about the CodeRun/)
        assert.notInclude(describedRun, "something about the ConfigMap")
        assert.match(yield* ok("describe cm x"), /key:\n----\nvalue/)
        assert.match(yield* ok("events --for cr/x"), /Warning +Noticed +CodeRun\/x +something about the CodeRun/)
        assert.match(yield* ok("get events"), /Warning +Noticed +configmap\/x +something/)
        assert.match(yield* ok("describe ns describe"), /Status: +Active/)
        assert.match(yield* ok("describe crd coderuns.orchestrator.platform"), /Kind: +CodeRun/)
        assert.match(yield* ok("describe node node-1"), /Ready +True/)
      }))
  })
})
