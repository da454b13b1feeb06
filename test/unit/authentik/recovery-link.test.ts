import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { shellCommand, shellReport } from "../../../authentik/shell";
import { tryRun } from "../../../cli/run";

const script = readFileSync(join(__dirname, "../../../authentik/recovery-link.py"), "utf8");

/** What the script needs of authentik, which is not there; users are in a file. */
const modules = {
    "django/utils/timezone.py": "from datetime import datetime\ndef now():\n    return datetime(2026, 11, 28)\n",
    "authentik/core/models.py": `
import json, os
class User:
    def __init__(self, username, is_active=True, is_superuser=False, name=None):
        self.username, self.is_active, self.is_superuser, self.type = username, is_active, is_superuser, "internal"
    def save(self):
        pass
class Found(list):
    def first(self):
        return self[0] if self else None
    def order_by(self, name):
        return self
class Users:
    everyone = [User(**one) for one in json.loads(os.environ["USERS"])]
    def filter(self, **wanted):
        return Found(u for u in self.everyone if all(getattr(u, key) == value for key, value in wanted.items()))
    def create(self, **of):
        self.everyone.append(User(**of))
        return self.everyone[-1]
User.objects = Users()
`,
    "authentik/recovery/lib.py": `
def create_admin_group(user):
    user.is_superuser = True
def create_recovery_token(user, expiry, by):
    return None, f"/recovery/use-token/{user.username}-{expiry:%H-%M}-{user.is_superuser}/"
`,
};

describe("the script that makes a recovery link", () => {
    const folder = mkdtempSync(join(tmpdir(), "recovery-"));
    before(() => {
        for (const [name, content] of Object.entries(modules)) {
            mkdirSync(join(folder, dirname(name)), { recursive: true });
            writeFileSync(join(folder, name), content);
        }
    });
    after(() => rmSync(folder, { recursive: true }));

    const told = async (users: object[], mends: boolean, user = "akadmin") => {
        const [, , , code = ""] = shellCommand(script, { USERNAME: user, MINUTES: 15, MENDS: mends });
        const env = { USERS: JSON.stringify(users), PYTHONPATH: folder };
        const { stdout, stderr } = await tryRun("python3", ["-c", code], { env });
        return shellReport(stdout) ?? stderr;
    };
    const admin = { username: "akadmin", is_superuser: true };

    it("makes one that is valid for minutes", async () => {
        expect(await told([admin], false)).to.deep.equal({
            ...{ mended: [], active: true },
            path: "/recovery/use-token/akadmin-00-15-True/",
        });
    });

    it("makes none for a user that may not sign in, unless it is to be mended", async () => {
        const locked = { username: "akadmin", is_active: false };
        expect(await told([locked], false)).to.deep.equal({ mended: [], active: false });
        expect(await told([locked], true)).to.deep.equal({
            ...{ mended: ["it was not active", "it was no administrator"], active: true },
            path: "/recovery/use-token/akadmin-00-15-True/",
        });
    });

    it("names the administrators where there is no such user, and makes nobody but akadmin again", async () => {
        expect(await told([admin], true, "adkmin")).to.deep.equal({ mended: [], admins: ["akadmin"] });
        expect(await told([], false)).to.deep.equal({ mended: [], admins: [] });
        expect(await told([], true)).to.deep.include({ active: true, path: "/recovery/use-token/akadmin-00-15-True/" });
    });
});
