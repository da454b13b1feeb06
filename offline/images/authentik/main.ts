import { applyBlueprints } from "./commands";
import { messageOf } from "./log";
import { runOutpost } from "./outpost/main";
import { runServer } from "./server/main";
import { runWorker } from "./worker";

/** One program for every role: the first argument says which. Health checks are shell scripts, in ../files. */
async function main([command = "", ...rest]: string[]): Promise<void> {
    switch (command) {
        case "server":
            return runServer();
        case "worker":
            return runWorker();
        case "apply_blueprint":
            return process.exit(await applyBlueprints(rest));
        case "proxy":
        case "ldap":
        case "radius":
        case "rac":
            return runOutpost(command);
        default:
            process.stderr.write(
                `Unknown command: '${command}'\nThis is a rehearsal's stand-in: server, worker, apply_blueprint and healthcheck are what it knows.\n`,
            );
            process.exit(1);
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
});
