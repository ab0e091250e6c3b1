/** The file system of a life: reads as they are, each change a point. */
import { Effect, type FileSystem, PlatformError, Sink, Stream } from "effect"
import type { Fault, PointKind } from "./Fault.ts"
import type { Life } from "./Life.ts"

const words = {
  EIO: "input/output error (EIO)",
  ENOSPC: "no space left on device (ENOSPC)"
}

/** Appended to by the moment: no number would stay. */
const evidence = /\/\.orchestrator\/[^/]+\/\d+(?:\.\d+)?\/(?:log|stream\.jsonl)$/

/** What a kill leaves of a write: whole pages, since the system copies each in one go. */
const copied = (length: number): number => length / 2 - (length / 2) % 4096

const failedAs = (method: string, path: string) => (fault: Extract<Fault, { readonly _tag: "Fail" }>) =>
  Effect.fail(PlatformError.systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method,
    pathOrDescriptor: path,
    description: fault.how === "ENOSPC" ? words.ENOSPC : words.EIO
  }))

export const filesOf = (
  life: Life,
  real: FileSystem.FileSystem,
  plain: (path: string) => string,
  /** For what is to be temporary: a container's own, which goes with its pod. */
  temporary: string
): FileSystem.FileSystem => {
  type Change<A> = Effect.Effect<A, PlatformError.PlatformError>
  const change = <A>(method: string, path: string, done: Change<A>, half?: Change<unknown>) => {
    if (evidence.test(path)) return life.alive(life.working(done))
    const kind: PointKind = half === undefined ? "file" : "write"
    return life.perform(kind, `${method} ${plain(path)}`, {
      real: done,
      failed: failedAs(method, path),
      ...(half === undefined ? {} : { half })
    })
  }
  const read = <A extends ReadonlyArray<unknown>, B, E, R>(
    method: (...words: A) => Effect.Effect<B, E, R>
  ) =>
  (...words: A) => life.working(method(...words))
  const makeTempDirectory: FileSystem.FileSystem["makeTempDirectory"] = (options) =>
    change(
      "makeTempDirectory",
      `${options?.directory ?? ""}/${options?.prefix ?? ""}`,
      real.makeTempDirectory({
        directory: temporary,
        ...options
      })
    )
  const remove: FileSystem.FileSystem["remove"] = (path, options) => change("remove", path, real.remove(path, options))

  return {
    ...real,
    access: read(real.access),
    exists: read(real.exists),
    lstat: read(real.lstat),
    stat: read(real.stat),
    readDirectory: read(real.readDirectory),
    readFile: read(real.readFile),
    readFileString: read(real.readFileString),
    readLink: read(real.readLink),
    realPath: read(real.realPath),
    copy: (from, to, options) => change("copy", to, real.copy(from, to, options)),
    copyFile: (from, to) => change("copyFile", to, real.copyFile(from, to)),
    chmod: (path, mode) => change("chmod", path, real.chmod(path, mode)),
    link: (from, to) => change("link", to, real.link(from, to)),
    makeDirectory: (path, options) => change("makeDirectory", path, real.makeDirectory(path, options)),
    makeTempDirectory,
    makeTempDirectoryScoped: (options) =>
      Effect.acquireRelease(makeTempDirectory(options), (path) => Effect.ignore(remove(path, { recursive: true }))),
    remove,
    rename: (from, to) => change("rename", to, real.rename(from, to)),
    symlink: (from, to) => change("symlink", to, real.symlink(from, to)),
    truncate: (path, length) => change("truncate", path, real.truncate(path, length)),
    writeFile: (path, data, options) =>
      change(
        "writeFile",
        path,
        real.writeFile(path, data, options),
        // In place it is one call of the system, which a kill does not divide.
        options?.flag === "r+" ? undefined : real.writeFile(path, data.slice(0, copied(data.length)), options)
      ),
    writeFileString: (path, text, options) =>
      change(
        "writeFile",
        path,
        real.writeFileString(path, text, options),
        real.writeFileString(path, text.slice(0, copied(text.length)), options)
      ),
    stream: (path, options) =>
      Stream.unwrap(Effect.sync(() => {
        life.time.begin()
        return Stream.ensuring(real.stream(path, options), Effect.sync(life.time.end))
      })),
    sink: (path, options) => Sink.unwrap(Effect.as(change("sink", path, Effect.void), real.sink(path, options)))
  }
}
