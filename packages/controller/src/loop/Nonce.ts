/** Sixteen hexadecimal digits that nobody can guess, another every time. Only a simulation has a source of its own. */
import { Context, Effect } from "effect"
import { randomBytes } from "node:crypto"

export const NonceSource = Context.Reference<() => string>("@orchestrator/controller/loop/NonceSource", {
  defaultValue: () => () => randomBytes(8).toString("hex")
})

export const nonce: Effect.Effect<string> = Effect.map(NonceSource, (next) => next())
