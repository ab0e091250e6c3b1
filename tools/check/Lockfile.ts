/**
 * What a lockfile must be for `npm ci` to accept it on every machine: each package that another one names as optional, such as a binary for
 * another platform, has its entry, although npm left it out where that platform's package could not be had.
 */
import { Result, Schema } from "effect"

const Lockfile = Schema.fromJsonString(Schema.Struct({
  packages: Schema.Record(
    Schema.String,
    Schema.Struct({ optionalDependencies: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)) })
  )
}))

const decode = Schema.decodeUnknownResult(Lockfile)

/** One sentence for each entry that is missing, or for a text that is no lockfile. */
export const lockfileProblems = (text: string): ReadonlyArray<string> =>
  Result.match(decode(text), {
    onFailure: () => ["package-lock.json cannot be read"],
    onSuccess: ({ packages }) =>
      Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies)
          .filter((name) => !Object.hasOwn(packages, `node_modules/${name}`))
          .filter((name) => !Object.hasOwn(packages, `${place}/node_modules/${name}`))
          .map((name) => `package-lock.json lacks ${name}, which ${place} names: npm ci refuses it`)
      )
  })
