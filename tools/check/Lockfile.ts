/**
 * What a lockfile must be for `npm ci` to accept it on every machine and install what was reviewed: each package that another one names
 * as optional, such as a binary for another platform, has its entry, and each entry that is fetched has the sha512 of its archive. npm
 * writes entries without one when it could not have the package: take the entry and what names it out, or lock where it can be had.
 */
import { Result, Schema } from "effect"

const Lockfile = Schema.fromJsonString(Schema.Struct({
  packages: Schema.Record(
    Schema.String,
    Schema.Struct({
      optionalDependencies: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
      integrity: Schema.optionalKey(Schema.String),
      link: Schema.optionalKey(Schema.Boolean)
    })
  )
}))

const decode = Schema.decodeUnknownResult(Lockfile)

/** One sentence for each entry that is missing, or for a text that is no lockfile. */
export const lockfileProblems = (text: string): ReadonlyArray<string> =>
  Result.match(decode(text), {
    onFailure: () => ["package-lock.json cannot be read"],
    onSuccess: ({ packages }) => [...absent(packages), ...unchecked(packages)]
  })

type Packages = typeof Lockfile.Type["packages"]

const absent = (packages: Packages): ReadonlyArray<string> =>
  Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !Object.hasOwn(packages, `node_modules/${name}`))
      .filter((name) => !Object.hasOwn(packages, `${place}/node_modules/${name}`))
      .map((name) => `package-lock.json lacks ${name}, which ${place} names: npm ci refuses it`)
  )

/** A sha512 in base64 has 88 characters; weaker hashes are no check. */
const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/

const isFetched = ([place, { link = false }]: [string, Packages[string]]): boolean =>
  place.includes("node_modules/") && !link

const unchecked = (packages: Packages): ReadonlyArray<string> =>
  Object.entries(packages)
    .filter((entry) => isFetched(entry) && !sha512.test(entry[1].integrity ?? ""))
    .map(([place]) => `package-lock.json has no sha512 integrity for ${place}: npm ci would install whatever is served`)
