/** Where the broker answers. A path of a model API is the part below its own. */
export const brokerPaths = {
  messages: "/anthropic"
} as const
