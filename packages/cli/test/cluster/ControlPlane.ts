/** The control plane that `npm run test:cluster` has started: users of it, kubectl, and ways to hurt it. */
import { Effect } from "effect"
import { execFile, execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "../../../..")

export interface ControlPlane {
  readonly folder: string
  /** Of a cluster administrator. */
  readonly kubeconfig: string
  readonly server: string
}

/** Where control planes lie that `npm run test:cluster` ends when nobody else has. */
export const planes = (): string => process.env["CONTROL_PLANES"] ?? tmpdir()

export const controlPlane = (): ControlPlane => {
  const folder = process.env["CONTROL_PLANE"]
  if (folder === undefined) throw new Error("These tests need a control plane: npm run test:cluster")
  const kubeconfig = join(folder, "kubeconfig")
  return { folder, kubeconfig, server: /server: "([^"]+)"/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "" }
}

export const kubectl = (args: ReadonlyArray<string>, input?: string): string => {
  const { folder, kubeconfig } = controlPlane()
  const assets = /KUBEBUILDER_ASSETS=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8"))?.[1] ?? ""
  return execFileSync(join(assets, "kubectl"), ["--kubeconfig", kubeconfig, ...args], {
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
    ...(input === undefined ? {} : { input })
  })
}

/** Ends a part of a control plane and starts it again at once. */
export const restart = (name: string, signal = "TERM", { folder }: { readonly folder: string } = controlPlane()) =>
  void execFileSync(join(root, "tools/kube/restart"), [folder, name, signal], { stdio: "ignore" })

/** The folder of another control plane, of one test alone, without controllers and definitions. */
export const anotherPlane = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(planes(), "another-"))
    execFileSync(join(root, "tools/kube/up"), [folder, "--api-only"], { stdio: "ignore" })
    return folder
  }),
  (folder) =>
    Effect.sync(() => void execFileSync(join(root, "tools/kube/down"), [folder, "--delete"], { stdio: "ignore" }))
)

/** Ends a part of the control plane, and starts it again after some seconds. Nothing comes between the two, or a part would be left running. */
export const away = (name: string, seconds: number, signal = "KILL") =>
  Effect.uninterruptible(Effect.callback<void>((resume) => {
    const script = join(root, "tools/kube/restart")
    execFile(
      script,
      [controlPlane().folder, name, signal, String(seconds)],
      (error) => resume(error === null ? Effect.void : Effect.die(error))
    )
  }))

export interface User {
  readonly name: string
  readonly kubeconfig: string
  readonly certificate: string
  readonly key: string
  readonly authority: string
}

/** A user with a client certificate of their own, so that the audit log tells who asked for what. */
export const makeUser = (name: string): User => {
  const { folder, server } = controlPlane()
  const own = mkdtempSync(join(folder, "user-"))
  const openssl = (...args: ReadonlyArray<string>) => void execFileSync("openssl", args, { cwd: own, stdio: "ignore" })
  const [authority, key] = [join(folder, "pki/ca.crt"), join(folder, "pki/ca.key")]
  writeFileSync(join(own, "usage"), "extendedKeyUsage=clientAuth\n")
  openssl(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "key",
    "-out",
    "csr",
    "-subj",
    `/CN=${name}`
  )
  openssl(
    "x509",
    "-req",
    "-in",
    "csr",
    "-CA",
    authority,
    "-CAkey",
    key,
    "-days",
    "2",
    "-out",
    "crt",
    "-extfile",
    "usage"
  )
  const user = {
    name,
    kubeconfig: join(own, "kubeconfig"),
    certificate: join(own, "crt"),
    key: join(own, "key"),
    authority
  }
  writeFileSync(
    user.kubeconfig,
    kubeconfigOf({ server, "certificate-authority": authority }, {
      "client-certificate": user.certificate,
      "client-key": user.key
    })
  )
  return user
}

/** JSON is YAML. */
export const kubeconfigOf = (cluster: object, user: object): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user }]
  })

/** Lets etcd forget all history up to now. */
export const compact = async () => {
  const etcd = readFileSync(join(controlPlane().folder, "etcd.url"), "utf8").trim()
  const ask = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${etcd}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`)
    return await answer.json()
  }
  const found = JSON.stringify(await ask("range", { key: "AA==", limit: 1 }))
  await ask("compaction", { revision: /"revision":"(\d+)"/.exec(found)?.[1], physical: true })
}
