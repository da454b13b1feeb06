import { z } from "zod";
import { named, section, text } from "../ground/fields";
import { variableName, variableValue } from "./containers";

/** Blueprints of the user's own. */
export const blueprints = section({
    folder: text("must be an absolute path on the Docker host, such as /srv/blueprints", /^\//)
        .optional()
        .describe("a folder on the Docker host with blueprints that authentik applies by itself; default: none"),
    files: z
        .array(text("must be a path of a YAML file, such as blueprints/branding.yaml", /\.ya?ml$/))
        .default([])
        .describe("files beside Pulumi.yaml with blueprints that are applied in this order after this stack's own"),
    variables: named(
        variableName,
        variableValue.refine((value) => value !== "", {
            error: "is empty, which authentik treats as not set; give it a value",
        }),
    )
        .default({})
        .describe("variables that `!Env NAME` reads in them; never secrets"),
    secrets: z
        .array(text("must be letters, digits, underscores and hyphens, such as github", /^[\w-]{1,100}$/))
        .default([])
        .describe(
            "names of secrets that `!File /run/secrets/blueprints/<name>` reads in them; each value is the secret `blueprint/<name>`",
        ),
})
    .prefault({})
    .describe("your own blueprints");
