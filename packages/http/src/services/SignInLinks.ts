/**
 * One-time links, by which whoever sees the terminal of a local server gets its token into a browser. A link is good once and for a while;
 * what is kept of it is a digest, and all digests are compared, in the same time whether one fits or not.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Duration, Effect, type Redacted } from "effect"
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

export interface SignInLinks {
  /** The code of a new link. */
  readonly make: Effect.Effect<string>
  /** The token that the link is good for; undefined for what is used, old or none. Afterwards it is used. */
  readonly redeem: (code: string) => Effect.Effect<Redacted.Redacted | undefined>
}

export const linkLifetime: Duration.Duration = Duration.minutes(10)

/** Of a person who asks for one after the other, the latest. */
const mostLinks = 8

const digestOf = (code: string): Buffer => createHash("sha256").update(code).digest()

export const makeSignInLinks = (token: Redacted.Redacted): SignInLinks => {
  let links: ReadonlyArray<{ readonly digest: Buffer; readonly until: number }> = []
  const lifetime = Duration.toMillis(linkLifetime)
  return {
    make: Effect.map(monotonicMillis, (now) => {
      const code = randomBytes(32).toString("base64url")
      const live = links.filter(({ until }) => now < until)
      links = [...live.slice(1 - mostLinks), { digest: digestOf(code), until: now + lifetime }]
      return code
    }),
    redeem: (code) =>
      Effect.map(monotonicMillis, (now) => {
        const digest = digestOf(code)
        const fits = links.map((link) => timingSafeEqual(link.digest, digest))
        const [found] = links.filter((_, index) => fits[index])
        links = links.filter((link) => link !== found)
        return found !== undefined && now < found.until ? token : undefined
      })
  }
}
