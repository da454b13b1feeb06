import { createHmac } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { Settings } from "../settings";
import type { Stored } from "../store";
import { since } from "../version";
import type { Context } from "./context";
import { json, notFound, type Reply } from "./replies";

const types: Record<string, string> = { png: "image/png", svg: "image/svg+xml", jpg: "image/jpeg" };
/** Files and their URLs moved in 2025.12. */
const inData = since("2025.12");
const prefix = inData ? "/files/media/public/" : "/media/public/";

/** What root/config/ says of files: they can be saved where a volume is. */
export function fileCapabilities(settings: Settings): string[] {
    if (!inData) return isVolume(baseOf(settings, "media")) ? ["can_save_media"] : [];
    return ["media", "reports"].filter((usage) => isWritable(settings, usage)).map((usage) => `can_save_${usage}`);
}

/** `POST admin/file/`: takes an uploaded file, from 2025.12 on. */
export async function saveFile({ settings, request }: Context, allow: string): Promise<Reply> {
    const form = await formOf(request);
    const name = form.get("name");
    const file = form.get("file");
    if (typeof name !== "string" || !(file instanceof File))
        return json(400, { file: ["No file was submitted."] }, allow);
    // Where authentik cannot write it fails, and the page for that is not made for POST.
    if (!isWritable(settings, "media")) return { status: 405, headers: { allow } };
    await write(settings, name, file);
    return { status: 200, headers: { allow } };
}

/** `POST core/applications/<slug>/set_icon/`: takes an application's icon, up to 2025.10. */
export async function saveIcon(context: Context, application: Stored, allow: string): Promise<Reply> {
    const file = (await formOf(context.request)).get("file");
    if (inData || !(file instanceof File)) return { status: inData ? 405 : 400, headers: { allow } };
    if (!isVolume(baseOf(context.settings, "media"))) return { status: 405, headers: { allow } };
    const icon = `application-icons/${file.name}`;
    await write(context.settings, icon, file);
    await context.store.update(application, { icon });
    return json(200, {}, allow);
}

/** An uploaded file; undefined where the path is none. */
export function servedFile({ settings, request }: Context): Reply | undefined {
    if (!request.path.startsWith(prefix)) return undefined;
    const name = decodeURIComponent(request.path.slice(prefix.length));
    const path = pathOf(settings, name);
    const allowed = !inData || request.query.get("token") === tokenOf(settings, name);
    if (!allowed || normalize(name).startsWith("..") || !existsSync(path)) return notFound();
    const type = types[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    return { status: 200, headers: { "content-type": type }, body: readFileSync(path) };
}

/** What the API shows of an application's icon. */
export function iconFields({ settings }: Context, { data }: Stored): object {
    const name = data[inData ? "meta_icon" : "icon"] ?? null;
    const isFile = typeof name === "string" && name !== "" && !/^(https?:|fa:|\/)/.test(name);
    if (!inData) return { meta_icon: isFile ? `${prefix}${name}` : name };
    return {
        meta_icon: name ?? "",
        meta_icon_url: isFile ? `${prefix}${name}?token=${tokenOf(settings, name)}` : name,
    };
}

function formOf({ bytes, headers }: Context["request"]): Promise<FormData> {
    return new Response(bytes, { headers: { "content-type": headers["content-type"] ?? "" } }).formData();
}

async function write(settings: Settings, name: string, file: File): Promise<void> {
    const path = pathOf(settings, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(await file.arrayBuffer()));
}

function pathOf(settings: Settings, name: string): string {
    return join(baseOf(settings, "media"), ...(inData ? ["media"] : []), "public", name);
}

function baseOf(settings: Settings, usage: string): string {
    const set = settings.text(`storage.${usage}.file.path`);
    return set === "" ? settings.text("storage.file.path") : set;
}

function isWritable(settings: Settings, usage: string): boolean {
    const base = baseOf(settings, usage);
    return isVolume(base) || isVolume(join(base, usage));
}

/** Whether something is mounted there; a link to such a place does not count. */
function isVolume(path: string): boolean {
    if (!existsSync(path) || lstatSync(path).isSymbolicLink()) return false;
    const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    return mounts.some((line) => line.split(" ")[4] === normalize(path));
}

function tokenOf(settings: Settings, name: string): string {
    return createHmac("sha256", settings.text("secret_key")).update(name).digest("hex");
}
