/** Names of what an attempt's pod consists of: whoever makes the pod, reads it or follows its logs uses these. */

/** The container that the agent works in. */
export const agentContainer = "claude"
/** The one that keeps the credentials. */
export const brokerContainer = "broker"
/** The init container that checks the files. */
export const prepareContainer = "prepare"

/** The volume with the ConfigMap. */
export const filesVolume = "files"
