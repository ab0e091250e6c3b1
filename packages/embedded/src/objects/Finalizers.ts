/** Finalizers that a deletion's propagation policy puts on an object. */
export const foregroundFinalizer = "foregroundDeletion"
export const orphanFinalizer = "orphan"
