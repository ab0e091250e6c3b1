/** Where models ask, in the words of the Model Context Protocol: JSON-RPC, errors included, so no part of the contract. */
export const mcpPath = "/mcp"
