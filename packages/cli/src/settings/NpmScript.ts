/** The script of package.json that runs this program. */
export const npmScript = "orchestrator"
