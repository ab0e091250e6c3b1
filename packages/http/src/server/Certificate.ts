/**
 * The certificate that a server shows, from files that somebody else renews: they are looked at again and again, and a pair that fits
 * takes the place of the one before without a restart. While files are missing or do not fit each other, the old pair stays.
 */
import { type Duration, Effect, FileSystem, Result, Schedule } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
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

const fits = (pair: KeyPair): boolean => {
  createSecureContext(pair)
  return new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))
}

/** Empty texts make a secure context, too: it has no certificate. */
const checked = (pair: KeyPair): Effect.Effect<KeyPair, string> =>
  Effect.try({ try: () => fits(pair), catch: words }).pipe(
    Effect.flatMap((good) => good ? Effect.succeed(pair) : Effect.fail("the key does not match the certificate"))
  )

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

const complain = ({ certFile, keyFile }: CertificateFiles, why: string) =>
  Effect.logWarning("The certificate files cannot be used; still serving the old certificate").pipe(
    Effect.annotateLogs({ certFile, keyFile, why })
  )

/** Hands over every later pair, for as long as the scope is open. One bad look says nothing: the files are read one after the other. */
export const followCertificate = Effect.fnUntraced(function*(
  files: CertificateFiles,
  first: KeyPair,
  use: (pair: KeyPair) => void
) {
  let shown = first
  let failed = { why: "", looks: 0 }
  const look = Effect.gen(function*() {
    const found = yield* Effect.result(read(files))
    if (Result.isFailure(found)) {
      const why = found.failure
      failed = { why, looks: failed.why === why ? failed.looks + 1 : 1 }
      if (failed.looks === 2) yield* complain(files, why)
      return
    }
    failed = { why: "", looks: 0 }
    if (found.success.cert === shown.cert && found.success.key === shown.key) return
    shown = found.success
    use(shown)
    yield* Effect.logInfo("Serving a new certificate").pipe(Effect.annotateLogs(said(shown)))
  })
  yield* Effect.forkScoped(look.pipe(Effect.delay(files.every ?? "10 seconds"), Effect.repeat(Schedule.forever)))
})
