import { expect } from "chai";
import { imagesOf } from "../../../authentik/images";
import {
    allRoles,
    outpostTypes,
    roles,
    rolesOf,
    type StackFacts,
    takenHosts,
    usesRedis,
} from "../../../authentik/roles";

const least: StackFacts = { version: "2025.8.4", outposts: [], consumers: [], postgres: {}, redis: {} };
const consumers = [{ redisIndex: 2 }];

describe("the roles of a stack", () => {
    for (const [what, changes, roles] of [
        ["up to 2025.8", {}, ["server", "worker", "postgres", "redis", "backup"]],
        ["from 2025.10 on", { version: "2026.2.0" }, ["server", "worker", "postgres", "backup"]],
        [
            "from 2025.10 on, with a consumer that has no Redis database",
            { version: "2026.2.0", consumers: [{}] },
            ["server", "worker", "postgres", "backup"],
        ],
        [
            "from 2025.10 on, with a consumer that has one",
            { version: "2026.2.0", consumers },
            ["server", "worker", "postgres", "redis", "backup"],
        ],
        [
            "with databases of others",
            { postgres: { external: {} }, redis: { stack: {} } },
            ["server", "worker", "backup"],
        ],
        ["without backups", { backup: { run: false } }, ["server", "worker", "postgres", "redis"]],
        [
            "with outposts",
            { redis: { external: {} }, outposts: [{ type: "rac" }, { type: "ldap" }, { type: "ldap" }] },
            ["server", "worker", "ldap", "rac", "postgres", "backup"],
        ],
    ] satisfies [string, Partial<StackFacts>, string[]][]) {
        it(`are those that it runs: ${what}`, () => {
            expect(rolesOf({ ...least, ...changes })).to.deep.equal(roles);
        });
    }

    it("use an external Redis only where somebody needs it", () => {
        expect(usesRedis({ version: "2026.2.0", consumers: [] })).to.equal(false);
        expect(usesRedis({ version: "2026.2.0", consumers })).to.equal(true);
        expect(usesRedis({ version: "2025.8.4", consumers: [] })).to.equal(true);
    });

    it("decide the images, of which the configuration's own come first", () => {
        expect(imagesOf({ ...least, version: "2026.2.0", images: { server: "mirror/server:1", redis: "r:1" } }))
            .to.have.all.keys("server", "postgres")
            .and.include({ server: "mirror/server:1" });
    });

    it("publish no port of a database, of the worker or of what is reached through the server", () => {
        expect(allRoles.filter(({ port }) => port?.publishable).map(({ name }) => name)).to.deep.equal([
            "server",
            "proxy",
            "ldap",
            "radius",
            "gateway",
        ]);
    });

    it("take names on the networks, and leave those of outposts to the user", () => {
        expect(takenHosts).to.include.members(["server", "authentik-server", "worker", "postgres", "redis"]);
        expect(takenHosts).to.not.include.members([...outpostTypes]);
    });
});

describe("the log of a worker that ended", () => {
    const { fatal } = roles.worker.health;
    const traceback = (frame: string, last: string) =>
        [
            "  Applying authentik_core.0056_user_roles...Traceback (most recent call last):",
            '  File "<frozen runpy>", line 198, in _run_module_as_main',
            `  File "${frame}", line 118, in <module>`,
            "    ~~~~~~~~^^^^",
            last,
            "",
        ].join("\n");
    const migrate = "/lifecycle/migrate.py";

    it("says in authentik's own words that a migration failed", () => {
        const words = "django.core.exceptions.FieldError: Cannot resolve keyword 'group_id' into field.";
        expect(fatal.exec(`{"event":"Booting"}\n${traceback(migrate, words)}`)?.[1]).to.equal(words);
    });

    it("says nothing of the kind where the database went away, or where something else failed", () => {
        expect(fatal.test(traceback(migrate, "psycopg.OperationalError: the connection is lost"))).to.equal(false);
        expect(fatal.test(traceback("/authentik/root/asgi.py", "ImportError: no module"))).to.equal(false);
        expect(fatal.test('{"event":"applying django migrations"}\n')).to.equal(false);
    });
});
