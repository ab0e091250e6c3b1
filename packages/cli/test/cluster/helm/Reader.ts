/** A person who follows a guide on a real control plane: what is theirs is filled in, `port-forward` is a tunnel to the Service. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Block, filledIn } from "./Guide.ts"
import { remotesOf } from "./HelmNode.ts"
import { Plane, root } from "./Plane.ts"
import { attempt } from "./Shell.ts"

/** Commands that end with another code than 0 when all is well. */
const refusals = [/^kubectl auth can-i get secrets /]

const program = process.env["ORCHESTRATOR_PROGRAM"] ?? join(root, "packages/cli/src/bin.ts")

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

/** In a folder that looks like this repository, with kubectl, helm and orchestrator on the PATH. */
export const makeReader = Effect.gen(function*() {
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
  write("bin/orchestrator", `#!/bin/bash\nexec ${process.execPath} ${program} "$@"\n`)
  for (const each of ["kubectl", "helm", "orchestrator"]) chmodSync(join(bin, each), 0o755)
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

  return { ...plane, work, bash, follow }
})
