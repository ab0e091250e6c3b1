/** What lies in the folder of a release. */

/** From the repository's root. */
export const releaseFolder = "dist/release"

/** `REPOSITORY:TAG@DIGEST`, one a line. */
export const imagesFile = "images.txt"

/** The bill of materials, as `npm run build` makes it. */
export const billFile = "orchestrator.cdx.json"

/** How buildah names the image's OCI layout. */
export const layoutOf = (folder: string): string => `oci:${folder}/image:orchestrator`
