/**
 * A container's own view of the file system, by bubblewrap: this host (or an image's files) read-only, the mounts at their true paths, a
 * private /tmp, its own process ids. The network is the host's. Where bubblewrap cannot be used, PathMap stands in.
 */
import { Deferred, Effect, FileSystem, Schedule, Schema, Stream } from "effect"
import { type HostProcess, startProcess } from "./HostProcess.ts"
import type { Mounted } from "./PathMap.ts"
import { childrenOf } from "./ProcessTable.ts"

export interface SandboxSpec {
  readonly mounts: ReadonlyArray<Mounted>
  /** Host file that the container sees at its termination message path. */
  readonly terminationMessage: Mounted
  readonly workingDir: string
  /** Folders that nobody in the sandbox sees. */
  readonly hidden: ReadonlyArray<string>
  /** Folders that are seen at their own path whatever covers them. */
  readonly readable: ReadonlyArray<string>
  readonly writable: ReadonlyArray<string>
  /** The files of an image and the user that its processes are; absent: those of this host. */
  readonly image?: { readonly root: string; readonly uid: number; readonly gid: number }
}

const isolation = ["--die-with-parent", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL"]

/** Whether this bubblewrap works here: unprivileged user namespaces may be switched off. */
export const probe = Effect.fn("Sandbox.probe")(
  function*(bwrap: string, path: string) {
    const words = [...isolation, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "true"]
    const child = yield* startProcess({ command: bwrap, args: words, cwd: "/", env: { PATH: path } })
    return (yield* child.exitCode) === 0
  },
  Effect.scoped,
  Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.succeed(false) }),
  Effect.orElseSucceed(() => false)
)

/** Made by the sandbox itself. /run holds sockets of the host's services. */
const own = ["/proc", "/dev", "/tmp", "/run"]

const joined = (folder: string, entry: string): string => folder === "/" ? `/${entry}` : `${folder}/${entry}`

/** Shows a folder of the root entry by entry where something is mounted below it, else as a whole. */
const showFolder = Effect.fnUntraced(function*(
  root: string,
  folder: string,
  covered: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<string>, never, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const entries = yield* fs.readDirectory(`${root}${folder}`).pipe(Effect.orElseSucceed((): Array<string> => []))
  const show = Effect.fnUntraced(function*(entry: string) {
    const path = joined(folder, entry)
    if (covered.includes(path)) return []
    const target = yield* fs.readLink(`${root}${path}`).pipe(Effect.orElseSucceed(() => undefined))
    if (target !== undefined) return ["--symlink", target, path]
    if (!covered.some((each) => each.startsWith(`${path}/`))) return ["--ro-bind-try", `${root}${path}`, path]
    return ["--dir", path, ...(yield* showFolder(root, path, covered))]
  })
  return (yield* Effect.forEach(entries.toSorted(), show)).flat()
})

/** Where service accounts are mounted; bubblewrap does not mount through links. */
const withoutLink = (mount: Mounted): Mounted => ({
  ...mount,
  mountPath: mount.mountPath.replace(/^\/var\/run(?=\/)/, "/run")
})

const byDepth = (mounts: ReadonlyArray<Mounted>): ReadonlyArray<Mounted> =>
  mounts.toSorted((a, b) => a.mountPath.split("/").length - b.mountPath.split("/").length)

const bind = (
  { hostPath, mountPath, readOnly }: Mounted
): ReadonlyArray<string> => [readOnly ? "--ro-bind" : "--bind", hostPath, mountPath]

/** Words in front of the command; the sandbox tells its first process on file descriptor 3. */
export const sandboxWords = Effect.fn("Sandbox.words")(function*(spec: SandboxSpec) {
  const mounts = byDepth([...spec.mounts, spec.terminationMessage].map(withoutLink))
  const { image } = spec
  const covered = [...own, ...mounts.map(({ mountPath }) => mountPath)]
  return [
    ...isolation,
    ...(image === undefined ? [] : ["--unshare-user", "--uid", String(image.uid), "--gid", String(image.gid)]),
    ...(yield* showFolder(image?.root ?? "", "/", covered)),
    ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"],
    ...["--ro-bind-try", "/run/systemd/resolve", "/run/systemd/resolve"],
    ...(image === undefined ? spec.hidden : []).flatMap((folder) => ["--tmpfs", folder]),
    ...mounts.flatMap(bind),
    ...spec.readable.flatMap((folder) => ["--ro-bind-try", folder, folder]),
    ...spec.writable.flatMap((folder) => ["--bind-try", folder, folder]),
    ...["--remount-ro", "/", "--chdir", spec.workingDir, "--info-fd", "3", "--"]
  ]
})

const Info = Schema.fromJsonString(Schema.Struct({ "child-pid": Schema.Int }))
const decodeInfo = Schema.decodeEffect(Info)

/** The command below the sandbox's own first process; undefined when it has ended before it was seen. */
const commandBelow = Effect.fnUntraced(function*(init: number) {
  const found = yield* Effect.repeat(childrenOf(init), {
    until: (children) => children.length > 0,
    schedule: Schedule.spaced("5 millis"),
    times: 400
  })
  return found[0]
})

/** Completed with the process of the container itself, as soon as the sandbox has started it. */
export const findLeader = Effect.fn("Sandbox.findLeader")(function*(
  child: HostProcess,
  found: Deferred.Deferred<number | undefined>
) {
  const text = yield* child.info.pipe(Stream.decodeText(), Stream.mkString)
  const leader = yield* decodeInfo(text).pipe(
    Effect.flatMap((info) => commandBelow(info["child-pid"])),
    Effect.orElseSucceed(() => undefined)
  )
  yield* Deferred.succeed(found, leader)
})
