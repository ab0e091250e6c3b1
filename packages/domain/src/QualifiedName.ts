/** Names and label values as the API server takes them. */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const nameSegment = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/

export const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
export const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const nameText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
export const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

export const isLabelValue = (value: string): boolean => value.length <= 63 && labelValue.test(value)

/** `prefix/name` or `name`; the reason when it is neither. */
export const qualifiedNameProblem = (key: string): string | undefined => {
  const parts = key.split("/")
  const name = parts.at(-1) ?? ""
  if (parts.length > 2) {
    return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', with an optional DNS subdomain prefix and '/'"
  }
  if (parts.length === 2) {
    if (parts[0] === "") return "prefix part must be non-empty"
    if (!isSubdomain(parts[0] ?? "")) return `prefix part ${subdomainText}`
  }
  if (name === "") return "name part must be non-empty"
  if (name.length > 63) return "name part must be no more than 63 bytes"
  return nameSegment.test(name) ? undefined : nameText
}

export const isSubdomain = (text: string): boolean => text.length <= 253 && subdomain.test(text)

export const isDnsLabel = (text: string): boolean => text.length <= 63 && label.test(text)
