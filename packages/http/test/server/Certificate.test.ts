import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { type Certificate, makeCertificate } from "@orchestrator/embedded/wire/Certificate"
import { Duration, Effect, FileSystem, Layer, Logger, Schedule } from "effect"
import { X509Certificate } from "node:crypto"
import { request } from "node:https"
import { connect, type TLSSocket } from "node:tls"
import { serverOver, startServer } from "../fixtures/TestServer.ts"

const fingerprint = ({ certificate }: Certificate) => new X509Certificate(certificate).fingerprint256

/** A folder as the kubelet mounts a Secret: files are links into a folder that is swapped as a whole. */
const mountedSecret = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  let version = 0
  const put = (cert: string, key: string) =>
    Effect.gen(function*() {
      const next = `${folder}/..v${version++}`
      yield* files.makeDirectory(next)
      yield* files.writeFileString(`${next}/tls.crt`, cert)
      yield* files.writeFileString(`${next}/tls.key`, key)
      yield* files.symlink(next, `${folder}/..new`)
      yield* files.rename(`${folder}/..new`, `${folder}/..data`)
    })
  yield* files.symlink("..data/tls.crt", `${folder}/tls.crt`)
  yield* files.symlink("..data/tls.key", `${folder}/tls.key`)
  return { put, tls: { certFile: `${folder}/tls.crt`, keyFile: `${folder}/tls.key` } }
})

/** A TLS connection to the server, which trusts whatever it shows. */
const opened = (url: string) =>
  Effect.acquireRelease(
    Effect.callback<TLSSocket, Error>((resume) => {
      const socket = connect(
        { host: "127.0.0.1", port: Number(new URL(url).port), rejectUnauthorized: false },
        () => resume(Effect.succeed(socket))
      )
      socket.on("error", (error) => resume(Effect.fail(error)))
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const shown = (url: string) =>
  Effect.scoped(Effect.map(opened(url), (socket) => socket.getPeerX509Certificate()?.fingerprint256))

const eventually = (url: string, wanted: string) =>
  shown(url).pipe(
    Effect.repeat({
      until: (found) => found === wanted,
      schedule: Schedule.spaced("10 millis")
    }),
    Effect.timeout("5 seconds")
  )

/** Asks on a connection that is open already. */
const healthOn = (socket: TLSSocket) =>
  Effect.callback<string>((resume) => {
    socket.once(
      "data",
      (data: Uint8Array) => resume(Effect.succeed(Buffer.from(data).toString().split("\r\n")[0] ?? ""))
    )
    socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
  })

const healthBy = (url: string, { certificate }: Certificate) =>
  Effect.callback<number | undefined, Error>((resume) => {
    const asking = request(`${url}/health`, { ca: certificate, agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode))
    })
    asking.on("error", (error) => resume(Effect.fail(error)))
    asking.end()
  })

const warned = (lines: Array<string>) =>
  Logger.layer([Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && lines.push(String(message))))])

const [first, second] = [makeCertificate("first"), makeCertificate("second")]

describe("HTTPS", () => {
  it.live("is served with the mounted certificate, and with the next one without a restart", () =>
    Effect.gen(function*() {
      const { put, tls } = yield* mountedSecret
      yield* put(first.certificate, first.privateKey)
      const { stop, url } = yield* startServer(layerMemory, { tls, reloadEvery: "10 millis" })
      assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/)
      assert.strictEqual(yield* healthBy(url, first), 200)
      const before = yield* opened(url)
      yield* put(second.certificate, second.privateKey)
      yield* eventually(url, fingerprint(second))
      assert.strictEqual(yield* healthBy(url, second), 200)
      assert.strictEqual((yield* Effect.exit(healthBy(url, first)))._tag, "Failure")
      assert.strictEqual(yield* healthOn(before), "HTTP/1.1 200 OK")
      yield* stop
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeFileSystem.layer, warned([])))))

  it.live("keeps its certificate while the files are of no use, and says so once", () => {
    const lines: Array<string> = []
    return Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const { put, tls } = yield* mountedSecret
      yield* put(first.certificate, first.privateKey)
      const { stop, url } = yield* startServer(layerMemory, { tls, reloadEvery: "10 millis" })
      const complaint = (count: number) =>
        Effect.sync(() => lines.length).pipe(
          Effect.repeat({ until: (found) => found >= count, schedule: Schedule.spaced("5 millis") }),
          Effect.timeout("5 seconds")
        )
      yield* put(second.certificate, first.privateKey)
      yield* complaint(1)
      assert.strictEqual(yield* shown(url), fingerprint(first))
      yield* put("no certificate", second.privateKey)
      yield* complaint(2)
      yield* files.remove(tls.certFile)
      yield* complaint(3)
      assert.strictEqual(yield* shown(url), fingerprint(first))
      // In this order no look finds the earlier pair once more.
      yield* put(second.certificate, second.privateKey)
      yield* files.symlink("..data/tls.crt", tls.certFile)
      yield* eventually(url, fingerprint(second))
      assert.isAtMost(lines.length, 4)
      yield* stop
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeFileSystem.layer, warned(lines))))
  })

  it.live("and not HTTP is what the port speaks", () =>
    Effect.gen(function*() {
      const { put, tls } = yield* mountedSecret
      yield* put(first.certificate, first.privateKey)
      const { stop, url } = yield* startServer(layerMemory, { tls })
      const plain = Effect.tryPromise(() => fetch(`${url.replace("https:", "http:")}/health`))
      assert.strictEqual((yield* Effect.exit(plain))._tag, "Failure")
      const [duration] = yield* Effect.timed(stop)
      assert.isBelow(Duration.toMillis(duration), 2000)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it.live("leaves the metrics' port without TLS", () =>
    Effect.gen(function*() {
      const { put, tls } = yield* mountedSecret
      yield* put(first.certificate, first.privateKey)
      const { metricsUrl, stop } = yield* startServer(layerMemory, { tls, metricsPort: 0 })
      assert.match(metricsUrl, /^http:/)
      yield* stop
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it.live.each([
    { name: "files that are not there", cert: undefined, key: undefined },
    { name: "a key of another certificate", cert: first.certificate, key: second.privateKey },
    { name: "no PEM", cert: "x", key: "y" },
    { name: "nothing", cert: "", key: "" }
  ])("does not start with $name, and names the files", ({ cert, key }) =>
    Effect.gen(function*() {
      const { put, tls } = yield* mountedSecret
      if (cert !== undefined && key !== undefined) yield* put(cert, key)
      const refused = yield* Effect.flip(Layer.build(serverOver(layerMemory, { tls })))
      assert.strictEqual(refused.reason, "CertificateUnusable")
      assert.include(refused.message, tls.certFile)
      assert.include(refused.message, "TLS_KEY_PATH")
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))
})
