/** Names of what an attempt's pod consists of: whoever makes the pod, reads it or follows its logs uses these. */

/** The container that the agent works in. */
export const agentContainer = "claude"
/** The one that keeps the credentials. */
export const brokerContainer = "broker"
/** The init container that checks the files. */
export const prepareContainer = "prepare"

/** Those that have a log, the agent's first. */
export const loggedContainers = [agentContainer, brokerContainer, prepareContainer] as const
export type LoggedContainer = typeof loggedContainers[number]

/** The volume with the ConfigMap. */
export const filesVolume = "files"
/** The one that a broker keeps evidence on; it is no workspace. */
export const evidenceVolume = "evidence"

/** How a line of the broker's log begins that carries an event of the agent's conversation; what follows is its JSON. */
export const transcriptMark = "transcript "
