/**
 * README.md, chart/README.md and chart/DEPLOYMENT.md, followed word for word: every shell block, in order, in a folder that looks like this
 * repository. A reader's own names and files are filled in; `port-forward`, which needs a whole kubelet, is played by a tunnel to the
 * Service. README's blocks for a laptop are for `npm start` and are left out.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Block, blocksOf } from "./helm/Guide.ts"
import { helmCluster } from "./helm/HelmNode.ts"
import { Plane, root } from "./helm/Plane.ts"
import { makeReader } from "./helm/Reader.ts"

/** What the world is like when a reader comes to a block. */
const scenes: ReadonlyArray<{ readonly before: RegExp; readonly script: string }> = [
  {
    // An installation that kubectl made from manifests.
    before: /--take-ownership/,
    script: `set -e
helm template orchestrator ./chart -n orchestrator --values orchestrator-values.yaml --no-hooks > manifests.yaml
helm uninstall orchestrator -n orchestrator --no-hooks --wait
kubectl apply -n orchestrator -f manifests.yaml`
  },
  {
    // A Job that waits for an orchestrator that is gone.
    before: /^for job in /m,
    script: `set -e
kubectl create namespace orchestrator
kubectl create job stuck -n orchestrator --image=none --dry-run=client -o json |
  kubectl label -f - --local -o json app=orchestrator app.kubernetes.io/managed-by=orchestrator |
  kubectl patch -f - --local --type merge -p '{"metadata":{"finalizers":["orchestrator.platform/result"]}}' -o json |
  kubectl create -f -`
  }
]

const sections = (file: string, only?: RegExp): ReadonlyArray<Block> =>
  blocksOf(readFileSync(join(root, file), "utf8")).filter(({ heading }) => only?.test(heading) ?? true)

const timeoutMillis = 900_000

layer(helmCluster, { excludeTestServices: true, timeout: "15 minutes" })("the guides", (it) => {
  const followAll = Effect.fnUntraced(function*(blocks: ReadonlyArray<Block>) {
    const { bash, follow } = yield* makeReader
    for (const block of blocks) {
      for (const { before, script } of scenes) {
        if (!before.test(block.text)) continue
        const { code, stderr } = yield* bash(script)
        assert.strictEqual(code, 0, stderr)
      }
      yield* follow(block)
    }
  })

  const leave = Effect.gen(function*() {
    const { kubectl } = yield* Plane
    yield* kubectl(["delete", "namespace", "orchestrator", "--timeout=4m"])
  })

  it.effect("README.md: from nothing to a Succeeded run", () =>
    Effect.gen(function*() {
      const blocks = sections("README.md", /^On a cluster$/)
      assert.isAtLeast(blocks.length, 2)
      yield* followAll(blocks)
      const { helm, kubectl } = yield* Plane
      assert.strictEqual(
        yield* kubectl(["get", "coderun", "first", "-n", "orchestrator", "-o", "jsonpath={.status.phase}"]),
        "Succeeded"
      )
      yield* helm(["uninstall", "orchestrator", "-n", "orchestrator", "--wait"])
      yield* leave
    }), timeoutMillis)

  it.effect("chart/README.md", () =>
    Effect.gen(function*() {
      yield* followAll(sections("chart/README.md", /^Install$/))
      const { helm } = yield* Plane
      yield* helm(["uninstall", "orchestrator", "-n", "orchestrator", "--wait"])
      yield* leave
    }), timeoutMillis)

  it.effect("chart/DEPLOYMENT.md", () =>
    Effect.gen(function*() {
      const blocks = sections("chart/DEPLOYMENT.md")
      assert.isAtLeast(blocks.length, 20)
      yield* followAll(blocks)
      const { kubectl } = yield* Plane
      assert.strictEqual(
        yield* kubectl(["get", "jobs", "-n", "orchestrator", "-o", "jsonpath={.items[*].metadata.finalizers}"]),
        ""
      )
    }), timeoutMillis)
})
