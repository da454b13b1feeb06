import { measured, writePage } from "./faults/page";
import "./faults/running";
import "./faults/daemon";
import "./faults/killed";

// `npm run faults` does all of them; one that takes long is left out otherwise.
after(() => {
    if (process.env.FAULTS === "all") writePage(measured);
});
