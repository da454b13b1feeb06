import { sharedCertificates } from "../authentik/certificates";
import { placesOf } from "../authentik/gateway";
import { isFor, leafOf } from "./certificates";
import type { Rule } from "./schema";
import { privateKeyIn } from "./secrets";

/** Checks of certificates of one's own: that each is valid, fits its key, and is for something. */
export const certificateRules: Rule[] = [
    {
        reads: ["certificates", "server"],
        check: ({ certificates, server }, report) => {
            const there = certificates.map(({ name }) => name);
            if (server.certificate === undefined || there.includes(server.certificate)) return;
            const others = there.length === 0 ? "which is empty" : `which has ${there.join(", ")}`;
            report(["server", "certificate"], `is not in certificates, ${others}; add it there`);
        },
    },
    {
        reads: ["certificates", "secrets"],
        check: ({ certificates, secrets }, report) => {
            for (const [index, { name, certificate }] of certificates.entries()) {
                if (certificates.findIndex((other) => other.name === name) !== index)
                    report(["certificates", index, "name"], "is used twice in certificates; each needs a unique name");
                checkDates(certificate, (cure) => report(["certificates", index, "certificate"], cure));
                const key = secrets[`certificate/${name}`];
                // An output is known only later, and a placeholder is not a key.
                const known = typeof key === "string" ? privateKeyIn(key) : undefined;
                if (known !== undefined && leafOf(certificate)?.checkPrivateKey(known) === false)
                    report(
                        ["secrets", `certificate/${name}`],
                        `does not belong to the first certificate in certificates[${index}]; set a certificate and the key that belongs to it`,
                    );
            }
        },
    },
    {
        // Without a gateway nothing tells whether there is none, or one with a mistake in it.
        reads: ["certificates", "gateway", "url", "server", "outposts", "applications"],
        check: (config, report) => {
            const shared = sharedCertificates(config).map(({ name }) => name);
            const names = placesOf(config).map(({ origin }) => new URL(origin).hostname);
            for (const [index, { name, certificate }] of config.certificates.entries())
                if (
                    leafOf(certificate) !== undefined &&
                    !shared.includes(name) &&
                    !names.some((one) => isFor(certificate, one))
                )
                    report(
                        ["certificates", index, "certificate"],
                        `is for ${leafOf(certificate)?.subjectAltName ?? "no name"}, but the gateway serves other names (${names.join(", ")}); ` +
                            "use a certificate for one of these, and put it first in its file, or name it in server.certificate or at a provider",
                    );
        },
    },
];

function checkDates(pem: string, report: (cure: string) => void): void {
    const own = leafOf(pem);
    if (own === undefined) return;
    const [from, to] = [new Date(own.validFrom), new Date(own.validTo)];
    if (to.getTime() < Date.now()) report(`expired on ${to.toISOString().slice(0, 10)}; renew it`);
    else if (from.getTime() > Date.now()) report(`is not valid before ${from.toISOString().slice(0, 10)}`);
}
