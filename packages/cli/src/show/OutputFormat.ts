/** How a command prints objects; as kubectl's. */
export const outputFormats = ["table", "wide", "json", "yaml", "name"] as const
export type OutputFormat = (typeof outputFormats)[number]
