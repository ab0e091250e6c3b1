/**
 * The certificate that a server shows, from files that somebody else renews: they are looked at again and again, and a pair that fits
 * takes the place of the one before without a restart. While files are missing or do not fit each other, the old pair stays.
 */
import { type Duration, Effect, FileSystem, Result, Schedule } from "effect"
import { X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"
import { ServerRefused } from "./ServerRefused.ts"

export interface CertificateFiles {
  readonly certFile: string
  readonly keyFile: string
  /** Time between looks. Default 10 seconds. */
  readonly every?: Duration.Input | undefined
}

/** PEM texts that fit each other. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

const words = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

const checked = (pair: KeyPair): Effect.Effect<KeyPair, string> =>
  Effect.try({
    try: () => {
      createSecureContext(pair)
      return pair
    },
    catch: words
  })

const read = Effect.fnUntraced(function*({ certFile, keyFile }: CertificateFiles) {
  const files = yield* FileSystem.FileSystem
  const [cert, key] = yield* Effect.all([files.readFileString(certFile), files.readFileString(keyFile)])
  return yield* checked({ cert, key })
}, Effect.mapError((error) => typeof error === "string" ? error : error.message))

/** The pair to start with. */
export const readCertificate = (files: CertificateFiles) =>
  read(files).pipe(Effect.mapError((why) =>
    new ServerRefused({
      reason: "CertificateUnusable",
      message:
        `Cannot serve HTTPS with ${files.certFile} and ${files.keyFile}: ${why}. Expected a certificate chain and its `
        + "private key in PEM; set server.tls (TLS_CERT_PATH, TLS_KEY_PATH) to such files, or leave it out to serve HTTP"
    })
  ))

const said = ({ cert }: KeyPair) => {
  const { fingerprint256, subjectAltName, validTo } = new X509Certificate(cert)
  return { fingerprint256, names: subjectAltName, validTo }
}

/** Hands over every later pair, for as long as the scope is open. */
export const followCertificate = Effect.fnUntraced(function*(
  files: CertificateFiles,
  first: KeyPair,
  use: (pair: KeyPair) => void
) {
  let shown = first
  let complaint = ""
  const look = Effect.gen(function*() {
    const found = yield* Effect.result(read(files))
    if (Result.isFailure(found)) {
      if (found.failure !== complaint) {
        yield* Effect.logWarning("The certificate files cannot be used; the old certificate is still shown").pipe(
          Effect.annotateLogs({ certFile: files.certFile, keyFile: files.keyFile, why: found.failure })
        )
      }
      complaint = found.failure
      return
    }
    complaint = ""
    if (found.success.cert === shown.cert && found.success.key === shown.key) return
    shown = found.success
    use(shown)
    yield* Effect.logInfo("A new certificate is shown").pipe(Effect.annotateLogs(said(shown)))
  })
  yield* Effect.forkScoped(look.pipe(Effect.delay(files.every ?? "10 seconds"), Effect.repeat(Schedule.forever)))
})
