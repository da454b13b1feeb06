/**
 * The oldest release of Pulumi's command line that this program runs with, and the one it is tested with. Earlier ones do
 * not run the hooks that wait for containers, or only warn when one fails.
 */
export const pulumiVersion = "3.259.0";
