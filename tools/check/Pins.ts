/** What a release takes from elsewhere is named by what it holds: actions by commit, base images by digest. Tags can be moved by others. */
import type { Source } from "./Sources.ts"

interface PinRule {
  readonly applies: RegExp
  /** Lines that name something from elsewhere; the group is its name. */
  readonly names: RegExp
  readonly pinned: RegExp
  readonly problem: string
}

const rules: ReadonlyArray<PinRule> = [
  {
    applies: /^\.github\/.*\.ya?ml$/,
    names: /(?:^|[\s{,])["']?uses["']?\s*:\s*["']?([^\s"'#]+.*?)["']?\s*$/,
    // An action of this repository is as it is at the commit itself.
    pinned: /^(?:\.\/\S*|docker:\/\/\S+@sha256:[0-9a-f]{64}|[\w.-]+\/[\w./-]+@[0-9a-f]{40}["']?\s+#\s*v\d\S*)$/,
    problem: "is no commit with its version in a comment: owner/name@<40 hexadecimal digits> # v1.2.3"
  },
  {
    applies: /^\.github\/.*\.ya?ml$/,
    names: /^\s*(?:-\s+)?(?:image|container):\s*["']?([^\s"'#{]+)["']?\s*$/,
    pinned: /@sha256:[0-9a-f]{64}$/,
    problem: "is an image without a digest"
  },
  {
    applies: /(?:^|\/)Dockerfile[^/]*$/,
    names: /^\s*ARG\s+BASE(?:=(\S*))?\s*$/i,
    pinned: /@sha256:[0-9a-f]{64}$/,
    problem: "is a base without a digest"
  },
  {
    applies: /(?:^|\/)Dockerfile[^/]*$/,
    names: /^\s*FROM\s+(?:--platform=\S+\s+)?(\S+)/i,
    pinned: /^(?:\$\{?BASE\}?|scratch|\S+@sha256:[0-9a-f]{64})$/,
    problem: "is a base without a digest"
  },
  {
    applies: /(?:^|\/)Dockerfile[^/]*$/,
    names: /(?:^|\s)(?:COPY|ADD)\s+.*--from=(\S+)/i,
    pinned: /^(?:[a-z][\w-]*|\d+|\S+@sha256:[0-9a-f]{64})$/,
    problem: "is copied from an image without a digest"
  },
  {
    applies: /(?:^|\/)Dockerfile[^/]*$/,
    names: /^\s*ADD\s+.*?((?:https?|git|ssh):\/\/\S+)/i,
    pinned: /$^/,
    problem: "is added from the network, unchecked"
  },
  {
    applies: /(?:^|\/)Dockerfile[^/]*$|^\.github\/.*\.ya?ml$/,
    names: /((?:curl|wget)\b[^|]*\|\s*(?:sudo\s+)?(?:ba|da|z)?sh\b.*)$/,
    pinned: /$^/,
    problem: "runs whatever the network answers"
  }
]

const inFile = ({ path, text }: Source): ReadonlyArray<string> =>
  rules.filter(({ applies }) => applies.test(path)).flatMap(({ names, pinned, problem }) =>
    text.split("\n").flatMap((line, index) => {
      const found = names.exec(line)
      const name = found?.[1] ?? ""
      return found === null || pinned.test(name) ? [] : [`${path}:${index + 1} ${name} ${problem}`]
    })
  )

/** One sentence for each thing that could be another one tomorrow. */
export const pinProblems = (sources: ReadonlyArray<Source>): ReadonlyArray<string> => sources.flatMap(inFile)
