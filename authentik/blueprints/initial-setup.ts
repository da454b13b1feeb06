/**
 * A file that takes the place of authentik's own blueprint of the page `/if/flow/initial-setup/`, where a stranger could
 * set the administrator's password before the blueprint with the real one is applied. The page then does not exist.
 *
 * The name has to stay: authentik looks its own blueprints up by it.
 */
export const withoutInitialSetup = {
    path: "/blueprints/default/flow-oobe.yaml",
    content: "version: 1\nmetadata:\n  name: Default - Out-of-box-experience flow\nentries: []\n",
};
