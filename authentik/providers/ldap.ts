import { z } from "zod";
import { name, section, text } from "../../ground/fields";
import { duplicates } from "../../ground/problems";
import { attributes } from "../attributes";
import { stackAccount } from "../blueprints/admin";
import { bind, bindRequires, secondFactor } from "../blueprints/bind";
import { file, keyOf, secretPaths } from "../blueprints/document";
import { granted, type Kind, type Reviewed } from "./kind";

const schema = section({
    type: z.literal("ldap"),
    outpost: name.describe("name of the outpost that serves the application"),
    baseDn: text("must be a distinguished name, such as DC=ldap,DC=example,DC=com", (dn) =>
        partsOf(dn).every((part) => /^([a-z][a-z0-9-]*|\d+(\.\d+)*)=([^,=+<>;"\\]|\\.)+$/i.test(part)),
    )
        .overwrite((dn) => partsOf(dn).join(","))
        .default("DC=ldap,DC=goauthentik,DC=io")
        .describe("where users and groups are found"),
    mode: z
        .enum(["direct", "cached"], { error: "must be one of direct, cached" })
        .default("direct")
        .describe("`direct`: each bind and search asks authentik; `cached`: the outpost may answer from memory"),
    secondFactor,
    attributes,
});

type Provider = z.infer<typeof schema>;

/** The parts of a distinguished name, without the blanks that may stand around each and that an outpost does not expect. */
function partsOf(dn: string): string[] {
    return dn.split(/(?<!\\),/).map((part) => part.trim().replace(/\s*=\s*/, "="));
}

/** Name of the user with which a client binds and searches, and of the role that may search as well. */
const userOf = (slug: string) => `ldap-${slug}`;

/** A directory, with a user and a role that may search all of it: everybody else finds only themselves. */
export const ldap = {
    title: "LDAP",
    schema,
    model: "authentik_providers_ldap.ldapprovider",
    signsIn: true,
    outpost: "ldap",
    secret: {
        name: "bindPassword",
        origin: "generated",
        exists: () => true,
        cached: ({ provider }) => provider.mode === "cached",
    },
    keys: {
        name: "slug",
        base_dn: "baseDn",
        bind_mode: "mode",
        search_mode: "mode",
        mfa_support: "secondFactor",
    },
    account: ({ slug }) => userOf(slug),
    declare: ({ slug, provider }) => ({
        requires: bindRequires,
        before: [
            {
                model: "authentik_core.user",
                id: "user",
                identifiers: { username: userOf(slug) },
                attrs: {
                    name: `LDAP ${slug}`,
                    type: "service_account",
                    path: "authentik-stack",
                    password: file(secretPaths.application(slug)),
                },
            },
            { model: "authentik_rbac.role", id: "role", identifiers: { name: userOf(slug) } },
        ],
        attrs: { ...bind(provider), base_dn: provider.baseDn, bind_mode: provider.mode, search_mode: provider.mode },
        permissions: [
            { permission: searching, user: keyOf("user") },
            { permission: searching, role: keyOf("role") },
        ],
    }),
    output: ({ slug, provider: { baseDn } }, { secret }): LdapOutput => ({
        ldap: { baseDn, bindDn: `cn=${userOf(slug)},ou=users,${baseDn}`, bindPassword: secret },
    }),
    checks: ({ slug, provider }, server) => [granted(server, "ldap", slug, provider.outpost)],
    serving: ({ slug, group, access, provider }, { outpost, internalUrl }, { server }) => [
        {
            name: `${slug} behind ${outpost}`,
            asks: "ldap",
            url: internalUrl,
            account: userOf(slug),
            finds: stackAccount,
            baseDn: provider.baseDn,
            secret: secretPaths.application(slug),
            ...{ server, token: secretPaths.apiToken, application: slug },
            mayBeDenied: group === undefined && access === undefined,
        },
    ],
    review: (applications) => {
        applications.forEach(reviewCertificate);
        reviewBaseDns(applications);
    },
} satisfies Kind<Provider>;

/** With the name of its app, without which releases from 2025.12 on do not know it. Source: guardian.shortcuts there. */
const searching = "authentik_providers_ldap.search_full_directory";

/**
 * An outpost shows its own certificate where its directories have several, or one of them has none. Source: getCertificates
 * in its ldap_tls.go, which compares `tls_server_name` by address.
 */
function reviewCertificate(
    { application: { provider }, report }: Reviewed<Provider>,
    _index: number,
    all: Reviewed<Provider>[],
): void {
    const { certificate } = provider.attributes;
    const others = all
        .map(({ application }) => application.provider)
        .filter(({ outpost }) => outpost === provider.outpost);
    if (certificate !== undefined && others.some(({ attributes }) => attributes.certificate !== certificate))
        report(
            ["provider", "attributes", "certificate"],
            "differs from that of another directory of this outpost, which would then use its own certificate; set this one for all of its directories, or use another outpost",
        );
}

/** An outpost takes everybody who binds for one of its first directory that has the base DN. Source: Bind in its bind.go. */
function reviewBaseDns(applications: Reviewed<Provider>[]): void {
    const places = applications.map(({ application: { provider } }) =>
        JSON.stringify([provider.outpost, provider.baseDn.toLowerCase()]),
    );
    for (const index of duplicates(places))
        applications[index]?.report(
            ["provider", "baseDn"],
            "is also that of another application of this outpost, so that one would answer for both; use a different one for each, such as OU=files,DC=example,DC=com",
        );
}

export interface LdapOutput {
    /** For an LDAP client; the password is secret. */
    ldap: { baseDn: string; bindDn: string; bindPassword: string };
}
