/**
 * README.md, chart/README.md and chart/DEPLOYMENT.md, followed word for word: every shell block, in order, in a folder that looks like this
 * repository. A reader's own names and files are filled in; `port-forward`, which needs a whole kubelet, is played by a tunnel to the
 * Service. README's blocks for a laptop are for `npm start` and are left out.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Block, blocksOf, filledIn } from "./helm/Guide.ts"
import { helmCluster, remotesOf } from "./helm/HelmNode.ts"
import { Plane, root } from "./helm/Plane.ts"
import { attempt } from "./helm/Shell.ts"

/** Commands that end with another code than 0 when all is well. */
const refusals = [/^kubectl auth can-i get secrets /]

const tunnel = `import { connect, createServer } from "node:net"
const [, , from, host, to] = process.argv
createServer((socket) => {
  const target = connect(Number(to), host)
  socket.on("error", () => target.destroy()); target.on("error", () => socket.destroy())
  socket.pipe(target).pipe(socket)
}).listen(Number(from), "127.0.0.1")
setTimeout(() => process.exit(), 60_000)
`

/** kubectl and helm as the reader has them. */
const kubectlScript = (real: string, folder: string) =>
  `#!/bin/bash
if [ "$1" != port-forward ]; then exec ${real} "$@"; fi
ports=\${!#}
address=$(${real} get service orchestrator -n orchestrator -o 'jsonpath={.spec.clusterIP}')
exec ${process.execPath} ${folder}/tunnel.mjs "\${ports%%:*}" "$address" "\${ports##*:}"
`

const helmScript = (real: string, folder: string) =>
  `#!/bin/bash
case $1 in
  install | upgrade | template) exec ${real} "$@" --values ${folder}/site.json ;;
  *) exec ${real} "$@" ;;
esac
`

const makeReader = Effect.gen(function*() {
  const plane = yield* Plane
  const folder = mkdtempSync(join(plane.folder, "reader-"))
  const bin = join(folder, "bin")
  const work = join(folder, "repository")
  for (const each of [bin, work, join(folder, "home/.ssh")]) mkdirSync(each, { recursive: true })
  for (const each of ["chart", "crds", "scripts", "examples"]) symlinkSync(join(root, each), join(work, each))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write("api-key", "not-a-real-key")
  write("new-key", "not-a-real-key-either")
  write("token", `ghp_${"NotARealToken".repeat(3).slice(0, 36)}`)
  write("tunnel.mjs", tunnel)
  write(
    "site.json",
    JSON.stringify({
      git: {
        allowedProtocols: ["https", "ssh", "http", "file"],
        insteadOf: { "file:///demo/": `file://${remotesOf(plane)}/` }
      }
    })
  )
  const assets = (plane.env["PATH"] ?? "").split(":")[0] ?? ""
  write("bin/kubectl", kubectlScript(join(assets, "kubectl"), folder))
  write("bin/helm", helmScript(join(assets, "helm"), folder))
  for (const each of ["kubectl", "helm"]) chmodSync(join(bin, each), 0o755)
  const port = String(20_000 + process.pid % 10_000)
  const places: ReadonlyArray<readonly [string | RegExp, string]> = [
    ["/path/to/", `${folder}/`],
    ["https://github.com/your-org/your-service.git", "file:///demo/hello-api.git"],
    ["https://github.com/your-org/your-docs.git", "file:///demo/docs.git"],
    ["_projects/your-service", "_projects/hello-api"],
    ["storageClassName: fast-ssd", "storageClassName: \"\""],
    [/\b8080(?=:80\b|\/)/g, port]
  ]
  const env = {
    ...plane.env,
    PATH: `${bin}:${plane.env["PATH"] ?? ""}`,
    HOME: join(folder, "home")
  }

  const bash = (script: string) => attempt("bash", ["-c", script], { cwd: work, env })

  /** Runs a block; answers with the commands that failed, and what they said. */
  const follow = Effect.fnUntraced(function*({ file, heading, text }: Block) {
    const filled = filledIn(text, places)
    if (file !== undefined) {
      writeFileSync(join(work, file), filled)
      return
    }
    const script = `trap 'echo "FAILED: $BASH_COMMAND" >&2' ERR\n${filled}\nkill $(jobs -p) 2> /dev/null || true`
    const { stderr, stdout } = yield* bash(script)
    const failed = stderr.split("\n").filter((line) => line.startsWith("FAILED: ")).map((line) => line.slice(8))
    const wrong = failed.filter((command) => !refusals.some((each) => each.test(command)))
    assert.deepStrictEqual(wrong, [], `${heading}\n${filled}\n${stdout}\n${stderr}`)
    return stdout
  })

  return { ...plane, bash, follow }
})

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
