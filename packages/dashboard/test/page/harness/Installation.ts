/** The product as a cluster has it: `orchestrator serve` in a process of its own, on a real API server that trusts an OpenID provider. */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startProvider } from "./Provider.ts"

export const namespace = "orchestrator"
const clientId = "orchestrator"
const root = join(import.meta.dirname, "../../../../..")

const freePort = async (): Promise<number> => {
  const server = createServer()
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return typeof address === "object" && address !== null ? address.port : 0
}

/** Of an issuer on loopback; the API server trusts it because it is told to. */
const makeCertificate = (folder: string) => {
  const [key, cert] = [join(folder, "issuer.key"), join(folder, "issuer.crt")]
  execFileSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "1"],
    ...["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
  ], { stdio: "ignore" })
  return { file: cert, key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") }
}

export const startInstallation = async () => {
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-page-serve-"))
  const certificate = makeCertificate(folder)
  const provider = await startProvider({ clientId, certificate })
  const plane = join(folder, "plane")
  const flags = [
    `--oidc-issuer-url=${provider.issuer}`,
    `--oidc-client-id=${clientId}`,
    `--oidc-ca-file=${certificate.file}`,
    "--oidc-username-claim=sub",
    "--oidc-username-prefix=oidc:"
  ]
  // Says itself what is missing for one.
  execFileSync(join(root, "tools/kube/up"), [plane, "--api-only"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KUBE_APISERVER_FLAGS: flags.join(" ") }
  })
  const kubeconfig = join(plane, "kubeconfig")
  const kubectl = (line: string, input = ""): string =>
    execFileSync("bash", ["-c", `. "$1/env" && kubectl ${line}`, "kubectl", plane], { encoding: "utf8", input })
  kubectl(`apply --server-side -f ${join(root, "crds/platform-crds.yaml")}`)
  kubectl(
    "wait --for=condition=Established --timeout=60s crd coderuns.orchestrator.platform docsruns.orchestrator.platform"
  )
  kubectl(`create namespace ${namespace}`)
  const port = await freePort()
  const config = join(folder, "config.yaml")
  const settings = {
    server: { host: "127.0.0.1", port },
    dashboard: { oidc: { issuer: provider.issuer, clientId } }
  }
  writeFileSync(config, JSON.stringify(settings))
  const args = ["serve", "--kubeconfig", kubeconfig, "--namespace", namespace, "--config", config]
  const child = spawn(process.execPath, [join(root, "packages/cli/src/bin.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: folder }
  })
  let log = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => void (log += chunk.toString()))
  }
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0;; tries++) {
    const { ok } = await fetch(`${url}/ready`).catch(() => ({ ok: false }))
    if (ok) break
    if (child.exitCode !== null || tries > 300) throw new Error(`expected the product to be ready, found:\n${log}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    url,
    provider,
    kubectl,
    stop: async () => {
      const exit = once(child, "exit")
      child.kill("SIGTERM")
      await exit
      execFileSync(join(root, "tools/kube/down"), [plane, "--delete"], { stdio: "ignore" })
      await provider.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
