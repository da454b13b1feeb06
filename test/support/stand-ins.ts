import { needOffline, type Offline } from "../../cli/offline";

/** What builds the stand-in images, which the tests with real containers run. */
export function standIns(): Promise<Offline> {
    return Promise.resolve(
        needOffline("These tests run stand-in images", "`npm run test:unit` has those that run none."),
    );
}
