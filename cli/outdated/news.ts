import type { ImageKey } from "../../authentik/roles";
import type { StackRequirements } from "../stack/files";
import { authentikNews, imageNews, type News, newsText } from "./newer";
import { type Answer, imageName, Registries } from "./registry";

/** What the registries of a stack's images say. */
export interface Told {
    news: News[];
    /** Registries that cannot be reached, and repositories that they do not show, with the reason. */
    silent: { name: string; kind: "unreachable" | "refused"; reason: string }[];
}

/** The data services, and what a new major version of one asks for. */
const services: Partial<Record<ImageKey, { title: string; major: string }>> = {
    postgres: { title: "PostgreSQL", major: "a major version is a dump and a restore: see docs/upgrades.md" },
    redis: {
        title: "Redis",
        major: "a major version: read its release notes, then name it in `images` of the configuration",
    },
};

/** Asks the registry of each image for newer tags, and of each pinned one for its digest. */
export async function newsOf({ images, version, docker }: StackRequirements): Promise<Told> {
    const registries = new Registries(docker.registryAuth);
    const told: Told = { news: [], silent: [] };
    const about = async <T>(image: string, asked: () => Promise<Answer<T>>, read: (value: T) => News | undefined) => {
        const { registry, repository } = imageName(image);
        // Each of them would be waited for.
        if (told.silent.some(({ name }) => name === registry)) return;
        const answer = await asked();
        if (answer.kind !== "told") {
            const name = answer.kind === "unreachable" ? registry : `${registry}/${repository}`;
            told.silent.push({ name, ...answer });
            return;
        }
        const found = read(answer.value);
        if (found !== undefined) told.news.push(found);
    };
    for (const [key, image] of Object.entries(images) as [ImageKey, string][]) {
        const { tag, digest } = imageName(image);
        const tags = () => registries.tags(image);
        const service = services[key];
        if (key === "server") await about(image, tags, (found) => authentikNews(image, version, found));
        if (service !== undefined && tag !== undefined)
            await about(image, tags, (found) => imageNews(image, tag, found, service));
        if (digest === undefined || tag === undefined) continue;
        const part = `the pinned image ${key}`;
        const pinned = { part, image, current: tag, cure: "`npm run update-images` pins it" };
        await about(
            image,
            () => registries.digest(image),
            (now) => (now === digest ? undefined : pinned),
        );
    }
    return told;
}

/** For cron: 0 where nothing is newer as far as is known, 2 where something is, 3 where it closes a security hole. */
export function exitCodeOf({ news }: Told): number {
    if (news.length === 0) return 0;
    return news.some(({ closes = [] }) => closes.length > 0) ? 3 : 2;
}

/** For people: a line for each. */
export function textOf({ news, silent }: Told): string {
    const unreachable = silent.filter(({ kind }) => kind === "unreachable").map(({ name }) => name);
    const unknown =
        unreachable.length === 0
            ? []
            : [`${unreachable.join(" and ")} cannot be reached from here: nothing is known of newer images there.`];
    const refused = silent.filter(({ kind }) => kind === "refused");
    const lines = [
        ...news.map(newsText),
        ...unknown,
        ...refused.map(({ name, reason }) => `Nothing is known of newer images of ${name}: ${reason}.`),
    ];
    return lines.length === 0 ? "Nothing is newer than what the stack runs." : lines.join("\n");
}
