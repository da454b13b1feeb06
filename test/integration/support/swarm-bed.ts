import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { installPackage } from "../../../cli/docker/dockerd";
import { run } from "../../../cli/run";
import { eventually } from "../../contract/support/containers";
import { hold, Machine, pidOf, withSbin } from "./machine";

/** The nodes by name, with their addresses on the cable between them. */
const addresses = { manager: "198.18.0.1", data: "198.18.0.2", spare: "198.18.0.3" };

const hubAddress = "198.18.0.254";
/** Where the hub has an address: what listens there is no part of the Swarm, and its engines ask it without TLS. */
export const hubRegistry = `${hubAddress}:5000`;

export type NodeName = keyof typeof addresses;
export const nodeNames = Object.keys(addresses) as NodeName[];

/** A task as the manager knows it. */
export interface Task {
    service: string;
    node: string;
    state: string;
    id: string;
}

/** A Swarm of machines: one manager, and two workers of which one is labelled for data; or the manager alone, which is labelled. */
export class SwarmBed {
    private cables = 0;
    private readonly nodes: Map<NodeName, Machine>;

    private constructor(
        /** The manager is the first. */
        public readonly names: NodeName[],
        private readonly hub: Awaited<ReturnType<typeof hold>>,
    ) {
        this.nodes = new Map(names.map((name) => [name, this.machine(name)]));
    }

    /** Why there can be none here; undefined where there can. Installs what is only missing. */
    public static async obstacle(): Promise<string | undefined> {
        if (process.platform !== "linux") return `it needs network namespaces, and this is ${process.platform}`;
        if (userInfo().uid !== 0) return "it needs root, for network namespaces";
        const isMissing = (program: string) =>
            !withSbin.PATH.split(":").some((place) => existsSync(join(place, program)));
        // Small images of Debian lack it.
        if (isMissing("ip")) await installPackage("iproute2", console.log).catch(() => undefined);
        const missing = ["unshare", "nsenter", "setpriv", "ip", "dockerd"].filter(isMissing);
        if (missing.length > 0) return `there is no ${missing.join(", no ")}`;
        const kinds = ["--net", "--uts", "--mount", "--pid", "--fork"];
        const { status, stderr } = spawnSync("unshare", [...kinds, "true"], { env: withSbin, encoding: "utf8" });
        return status === 0 ? undefined : `it needs namespaces, and there can be none: ${stderr.trim()}`;
    }

    /**
     * Makes it; what a killed run left is removed.
     *
     * @param images of the machine's engine, that each node has. Nothing can be pulled there but from a registry at the hub.
     * @param names of its machines, the manager first. Default: all three.
     */
    public static async open(images: string[], names = nodeNames): Promise<SwarmBed> {
        const hub = await hold(
            [],
            `ip link add hub type bridge && ip address add ${hubAddress}/24 dev hub && ip link set hub up`,
        );
        const bed = new SwarmBed(names, hub);
        rmSync(bed.folder, { recursive: true, force: true });
        const [manager, ...workers] = names.map((name) => bed.node(name));
        if (manager === undefined) throw new Error("a Swarm needs a manager");
        await manager.start();
        await manager.load(images);
        await Promise.all(workers.map((worker) => worker.share(manager).then(() => worker.start())));
        await bed.join();
        return bed;
    }

    /** The one that has the data. */
    public get dataNode(): NodeName {
        return this.names.includes("data") ? "data" : "manager";
    }

    /** Its address on the cable between the machines. */
    public addressOf(name: NodeName): string {
        return addresses[name];
    }

    public node(name: NodeName): Machine {
        const node = this.nodes.get(name);
        if (node === undefined) throw new Error(`the Swarm has no ${name}`);
        return node;
    }

    /** The manager's client, which everything about the Swarm is asked. */
    public client(): Promise<Docker> {
        return this.node("manager").docker.connection.client();
    }

    /** Sets a node's availability. */
    public async set(name: NodeName, availability: "active" | "drain"): Promise<void> {
        await this.update(name, { Availability: availability });
    }

    /** Cuts the cable of a node that is on, or connects it again. */
    public async link(name: NodeName, state: "up" | "down"): Promise<void> {
        await this.node(name).inside("ip", "link", "set", "eth0", state);
    }

    /** Makes every node whole that a failed test left off or drained. */
    public async heal(): Promise<void> {
        for (const name of this.names) {
            if (!this.node(name).isOn) await this.node(name).start();
            await this.link(name, "up");
        }
        for (const name of this.names) {
            await this.until(name, "ready");
            await this.set(name, "active");
        }
    }

    /** Waits until the manager takes a node for what it is. */
    public async until(name: NodeName, state: "ready" | "down"): Promise<void> {
        await eventually(`node ${name} is ${state}`, 60, async () => (await this.found(name)).Status.State === state);
    }

    /** The tasks that should run, of all services. */
    public async tasks(): Promise<Task[]> {
        const client = await this.client();
        const [services, nodes, tasks] = await Promise.all([
            client.listServices() as Promise<ListedService[]>,
            client.listNodes() as Promise<Found[]>,
            client.listTasks({ filters: { "desired-state": ["running"] } }) as Promise<ListedTask[]>,
        ]);
        return tasks.map(({ ID, ServiceID, NodeID, Status }) => ({
            id: ID,
            service: services.find((one) => one.ID === ServiceID)?.Spec.Name ?? ServiceID,
            node: nodes.find((one) => one.ID === NodeID)?.Description.Hostname.replace(this.title, "") ?? "",
            state: Status.State,
        }));
    }

    /** The services that lack a task that runs, and counts. */
    public async missing(counts: (task: Task) => boolean): Promise<string[]> {
        const services = (await (await this.client()).listServices()) as ListedService[];
        const running = (await this.tasks()).filter((task) => task.state === "running" && counts(task));
        return services
            .map(({ Spec }) => ({ name: Spec.Name, wanted: Spec.Mode.Replicated?.Replicas ?? 0 }))
            .filter(({ name, wanted }) => running.filter(({ service }) => service === name).length < wanted)
            .map(({ name }) => name);
    }

    /** A folder that every node has, as over NFS: each volume of these names is a folder in it. */
    public shared(volumes: string[]): string {
        for (const volume of volumes) mkdirSync(join(this.folder, "shared", volume), { recursive: true });
        return join(this.folder, "shared");
    }

    /**
     * Makes ports of this machine lead to services, as a proxy on a network of the Swarm does.
     *
     * @param at the node that the proxy runs on: it goes down with it.
     * @param leads host and port by port of this machine.
     */
    public async visit(at: NodeName, image: string, network: string, leads: Record<number, [string, number]>) {
        const env = { DOCKER_HOST: this.node(at).docker.host };
        const args = ["run", "--detach", "--network", network, "--no-healthcheck", "--entrypoint", "sleep", image];
        const visitor = (await run("docker", [...args, "infinity"], { env })).trim();
        for (const [port, [host, inside]] of Object.entries(leads))
            await this.node(at).relay(Number(port), host, inside, visitor);
        // A container that uses a network keeps it from being deleted.
        return async () => void (await run("docker", ["rm", "--force", visitor], { env }));
    }

    /** Starts a process at the hub, which ends with this one. */
    public atHub(...command: string[]): ChildProcess {
        const enter = ["--net", "--target", String(pidOf(this.hub)), "--", "setpriv", "--pdeathsig", "KILL"];
        return spawn("nsenter", [...enter, ...command], { env: withSbin, stdio: ["ignore", "ignore", "pipe"] });
    }

    /** Ends it; nothing of it stays. */
    public async close(): Promise<void> {
        await Promise.all([...this.nodes.values()].map((node) => node.close()));
        this.hub.kill("SIGKILL");
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** What the names of its machines begin with. */
    private get title(): string {
        return `bed-${this.names.length}-`;
    }

    /** Always the same, so that what a killed run left is found. */
    private get folder(): string {
        return join(tmpdir(), `authentik-stack-swarm-bed-${this.names.length}`);
    }

    private machine(name: NodeName): Machine {
        const connect = (pid: number) => this.cable(pid, addresses[name]);
        // Several share images, as folders of this driver.
        const driver = this.names.length > 1 ? ["--storage-driver=overlay2"] : [];
        const options = [...driver, `--insecure-registry=${hubRegistry}`];
        return new Machine(join(this.folder, name), { name: `${this.title}${name}`, options, connect });
    }

    /** A cable from a machine to the hub. It has no way out, so that a registry that is asked is unreachable at once. */
    private async cable(pid: number, address: string): Promise<void> {
        // That of a machine that was turned off takes a moment to vanish.
        const name = `port${++this.cables}`;
        const hub = ["--net", "--target", String(pidOf(this.hub)), "--"];
        const ends = ["name", name, "netns", String(pidOf(this.hub)), "type", "veth", "peer", "name", "eth0"];
        await run("ip", ["link", "add", ...ends, "netns", String(pid)], { env: withSbin });
        await run("nsenter", [...hub, "ip", "link", "set", name, "master", "hub", "up"], { env: withSbin });
        const own = ["--net", "--target", String(pid), "--", "ip"];
        await run("nsenter", [...own, "address", "add", `${address}/24`, "dev", "eth0"], { env: withSbin });
        await run("nsenter", [...own, "link", "set", "eth0", "up"], { env: withSbin });
    }

    private async join(): Promise<void> {
        const manager = await this.client();
        const listen = (name: NodeName) => ({ ListenAddr: "0.0.0.0:2377", AdvertiseAddr: addresses[name] });
        await manager.swarmInit({ ...listen("manager"), ForceNewCluster: false });
        const { JoinTokens } = (await manager.swarmInspect()) as { JoinTokens: { Worker: string } };
        for (const name of this.names.slice(1)) {
            const worker = await this.node(name).docker.connection.client();
            const RemoteAddrs = [`${addresses.manager}:2377`];
            await worker.swarmJoin({ ...listen(name), RemoteAddrs, JoinToken: JoinTokens.Worker });
            await this.until(name, "ready");
        }
        await this.update(this.dataNode, { Labels: { "authentik-stack.data": "true" } });
    }

    private async update(name: NodeName, change: Partial<Found["Spec"]>): Promise<void> {
        // A node's own reports change its version, too.
        for (let attempt = 1; ; attempt++) {
            const { ID, Version, Spec } = await this.found(name);
            const node = (await this.client()).getNode(ID) as unknown as Updatable;
            const refused = await node.update({ version: Version.Index, ...Spec, ...change }).then(
                () => undefined,
                (error: Error) => error,
            );
            if (refused === undefined) return;
            if (attempt === 10) throw refused;
            await sleep(200);
        }
    }

    private async found(name: NodeName): Promise<Found> {
        const nodes = (await (await this.client()).listNodes()) as Found[];
        const found = nodes.find(({ Description }) => Description.Hostname === `${this.title}${name}`);
        if (found === undefined) throw new Error(`the manager knows no node ${name}`);
        return found;
    }
}

interface Found {
    ID: string;
    Version: { Index: number };
    Spec: { Role: string; Availability: string; Labels: Record<string, string> };
    Description: { Hostname: string };
    Status: { State: string };
}

interface ListedService {
    ID: string;
    Spec: { Name: string; Mode: { Replicated?: { Replicas: number } } };
}

interface ListedTask {
    ID: string;
    ServiceID: string;
    NodeID?: string;
    Status: { State: string };
}

/** Missing from the client's types. */
interface Updatable {
    update: (change: { version: number } & Found["Spec"]) => Promise<unknown>;
}
