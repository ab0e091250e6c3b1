/**
 * The files of the Secret that the administrator mounts for events, each read when it is needed, so that a changed one counts at once. A
 * file of signing secrets has one a line: two while the old one is changed for a new one.
 */
import { Context, Effect, FileSystem, Layer, Redacted } from "effect"

/** Shorter ones are guessed. */
const shortest = 16

export class EventSecrets extends Context.Service<EventSecrets, {
  /** Signing secrets for a forge (`github`, `gitlab`), or a trigger or a notification of this name; none: nothing is accepted. */
  readonly signing: (name: string) => Effect.Effect<ReadonlyArray<Redacted.Redacted>>
  /** One line, such as a token. */
  readonly text: (name: string) => Effect.Effect<Redacted.Redacted | undefined>
  /** All of it, such as a key in PEM. */
  readonly whole: (name: string) => Effect.Effect<Redacted.Redacted | undefined>
}>()("@orchestrator/http/events/EventSecrets") {
  /** Without a folder there is none. */
  static readonly layerWith = ({ folder }: { readonly folder: string }) =>
    Layer.effect(
      EventSecrets,
      Effect.gen(function*() {
        const files = yield* FileSystem.FileSystem
        const lines = (file: string) =>
          folder === "" || !/^[\w.-]{1,253}$/.test(file) ? Effect.succeed([]) : Effect.map(
            files.readFileString(`${folder}/${file}`).pipe(Effect.orElseSucceed(() => "")),
            (text) => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "")
          )
        return EventSecrets.of({
          signing: Effect.fnUntraced(function*(name) {
            const found = yield* lines(`webhook.${name}`)
            const long = found.filter((secret) => secret.length >= shortest)
            if (long.length < found.length) {
              yield* Effect.logWarning(
                `a secret in webhook.${name} has less than ${shortest} characters and is not used: openssl rand -hex 32 makes one`
              )
            }
            return long.map((secret) => Redacted.make(secret))
          }),
          whole: (name) =>
            Effect.map(lines(name), (all) => all.length === 0 ? undefined : Redacted.make(`${all.join("\n")}\n`)),
          text: (name) => Effect.map(lines(name), ([line]) => line === undefined ? undefined : Redacted.make(line))
        })
      })
    )
}
