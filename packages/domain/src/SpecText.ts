/**
 * Texts that a requester hands over, each restricted to what its use can bear. Lengths are in the generated CRD too, since a text that is
 * too long harms before it is used. All else is filters that stay out of it: the CRD keeps accepting what older installations accepted, and
 * a run that fails them ends as InvalidSpec.
 */
import { Schema, SchemaTransformation } from "effect"
import { hasPlainUser, userPattern, withoutUser } from "./AddressUser.ts"
import { issueAddress } from "./IssueUrl.ts"
import type { SizeRule } from "./Sizes.ts"

// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f\u2028\u2029]/u

/** Of a generated JSON schema: what is shown in the HTTP contract and not in the definitions of the cluster. */
export const shownKey = "x-shown"

/** A generated schema of which every restriction stands in one place: Effect sets those apart that do not fit into one. */
export const withoutAllOf = ({ allOf, ...schema }: { readonly [key: string]: unknown }) => {
  const parts: ReadonlyArray<object> = Array.isArray(allOf) ? allOf : []
  return parts.some((part) => "$ref" in part)
    ? { ...schema, allOf }
    : parts.reduce<{ readonly [key: string]: unknown }>((all, part) => ({ ...all, ...part }), schema)
}

/** What a JSON schema can say of a text. */
export interface Shown {
  /** A regular expression of ECMA-262, which may let more pass than the rule does. */
  readonly pattern?: string
  readonly format?: "date-time" | "uri" | "uuid"
}

/** A length in characters, which the generated JSON schema shows: it keeps out what would fail, whatever the text is for. */
export const atMost = (max: number) =>
  Schema.makeFilter<string>((text) => text.length <= max || `Expected at most ${max} characters`, {
    toJsonSchema: () => ({ maxLength: max })
  })

/** A filter that the cluster's definitions do not show; the HTTP contract shows as much of it as it is given words for. Once a schema. */
export const rule = <T>(expected: string, holds: (value: T) => boolean, shown?: Shown) =>
  Schema.makeFilter<T>((value) => holds(value) || `Expected ${expected}`, {
    toJsonSchema: () => shown === undefined ? {} : { [shownKey]: shown }
  })

const plain = (max: number) =>
  [
    rule<string>("a non-empty text", (text) => text.trim() !== ""),
    atMost(max),
    rule<string>("no control characters or line breaks", (text) => !control.test(text)),
    rule<string>("no leading \"-\"", (text) => !text.startsWith("-"))
  ] as const

const safePath = rule<string>(
  "a relative path without \"..\"",
  (text) => !text.startsWith("/") && !text.startsWith("~") && !text.split(/[/\\]/).includes(".."),
  { pattern: "^(?![-/~])(?!(?:.*[/\\\\])?\\.\\.(?:[/\\\\]|$))[^\\u0000-\\u001f\\u007f]*$" }
)

/** Name of the service a run works for; part of the workspace's name and of a folder's. */
export const ServiceName = Schema.String.check(...plain(200), safePath)

/** `https`, `ssh`, scp-like or `file` address of a git repository. Which of these a cluster allows is configuration. */
export const GitUrl = Schema.String.check(
  ...plain(2048),
  rule<string>(
    "a git URL such as https://host/owner/name or git@host:owner/name",
    (text) =>
      /^(https?|ssh|file):\/\/(?!-|[^/\s]*@-)[^\s]+$/u.test(text) ||
      /^[\w.-]+@(?!-)[\w.-]+:(?!-)[^\s]+$/u.test(text),
    {
      pattern: `^(?:https?://(?:${userPattern}@)?(?!-|[^/]*@)|ssh://(?!-|[^/\\s]*@-|[^/]*:[^/]*@)|file://(?!-)`
        + "|[\\w.-]+@(?!-)[\\w.-]+:(?!-))[^\\s\\u0000-\\u001f\\u007f]+$"
    }
  ),
  rule<string>(
    "at most a user name before the host, and no password or token (those belong into the GitHub user's Secrets)",
    hasPlainUser
  )
)

/** The same as git is given it: whoever asks is known by the credentials. */
export const RemoteUrl = GitUrl.pipe(
  Schema.decodeTo(Schema.String, SchemaTransformation.transform({ decode: withoutUser, encode: withoutUser }))
)

/** Where somebody has written down what is asked. */
export const IssueUrl = Schema.String.check(
  ...plain(2048),
  rule<string>(
    "the URL of an issue such as https://github.com/owner/name/issues/12",
    (text) => issueAddress(text) !== undefined
  )
)

/** A branch name that git accepts (git-check-ref-format). */
export const BranchName = Schema.String.check(
  ...plain(250),
  rule<string>(
    "a git branch name",
    (text) =>
      !/[ ~^:?*[\\]|\.\.|@\{|\/\/|\.$|\.lock(?:\/|$)|^\/|\/$|\/\./u.test(text) && text !== "@" && !text.startsWith("."),
    {
      pattern: "^(?![-./@])(?!.*(?:\\.\\.|@\\{|//|/\\.|\\.lock(?:/|$)|[./]$))[^\\s~^:?*\\[\\\\\\u0000-\\u001f\\u007f]+$"
    }
  )
)

/** A folder within a repository: relative, no `..`; empty means the default. */
export const RelativePath = Schema.String.check(
  atMost(1024),
  rule<string>("no control characters or line breaks", (text) => !control.test(text)),
  rule<string>("no leading \"-\"", (text) => !text.startsWith("-")),
  safePath
)

/** A model's name as the agent's `--model` takes it. */
export const ModelName = Schema.String.check(
  ...plain(200),
  rule<string>("a model name of letters, digits and . _ : / @ [ ] -", (text) => /^[\w.:/@[\]-]+$/u.test(text), {
    pattern: "^(?!-)[\\w.:/@\\[\\]-]+$"
  })
)

/** A GitHub login. Apps have logins that end in `[bot]`. */
export const GithubUser = Schema.String.check(
  ...plain(60),
  rule<string>(
    "a GitHub login",
    (text) => /^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9]))*(?:\[bot\])?$/u.test(text),
    {
      pattern: "^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*(?:\\[bot\\])?$"
    }
  )
)

/** A comma-separated list of tool names. */
export const ToolList = Schema.String.check(
  atMost(4096),
  rule<string>("no control characters or line breaks", (text) => !control.test(text))
)

/** Free text for the agent: anything but NUL, up to 100,000 characters. */
export const PromptText = Schema.String.check(
  atMost(100_000),
  rule<string>("no NUL character", (text) => !text.includes("\0"))
)

/** A task in plain words. */
export const TaskPrompt = Schema.String.check(
  atMost(65_536),
  rule<string>("some words", (text) => text.trim() !== "", { pattern: "\\S" }),
  rule<string>("no NUL character", (text) => !text.includes("\0"))
)

/** A number of entries of a map, which the generated JSON schema shows. */
export const maxEntries = (max: number) =>
  Schema.makeFilter<{ readonly [name: string]: unknown }>(
    (map) => Object.keys(map).length <= max || `Expected at most ${max} entries`,
    { toJsonSchema: () => ({ maxProperties: max }) }
  )

/** A bound of a sum; the generated definition has it in CEL. */
export const fitsRule = ({ holds, limit }: SizeRule) => rule<unknown>(limit, holds)

/** Name of a Kubernetes Secret or ConfigMap: a DNS-1123 subdomain. */
export const ObjectName = Schema.String.check(
  atMost(253),
  rule<string>(
    "a Kubernetes name (lower-case letters, digits, - and .)",
    (text) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u.test(text),
    { pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$" }
  )
)

/** Key of a Secret. */
export const DataKey = Schema.String.check(
  atMost(253),
  rule<string>("a Secret key (letters, digits, - _ .)", (text) => /^(?!\.\.|\.$)[-._a-zA-Z0-9]{1,253}$/u.test(text), {
    pattern: "^(?!\\.\\.|\\.$)[-._a-zA-Z0-9]+$"
  })
)
