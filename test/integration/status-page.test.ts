import axe from "axe-core";
import { expect } from "chai";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { projectRoot } from "../../cli/project";
import { servePage } from "../../cli/status/page";
import { statusPages } from "../support/status";
import { Window } from "./support/window";

/** What is written in the drawing and can be read least easily: its contrast, from 1 to 21. Source: WCAG 2.2, relative luminance. */
const leastContrast = `(() => {
    const luminance = (colour) => {
        const [r, g, b] = colour.match(/\\d+/g).map((value) => value / 255)
            .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const fill = (element) => luminance(getComputedStyle(element).fill);
    const all = [...document.querySelectorAll(".part, .zone")].flatMap((group) =>
        [...group.querySelectorAll("text")].map((text) => [fill(text), fill(group.querySelector("path, polygon"))]));
    return Math.min(...all.map((pair) => (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)));
})()`;

/** What has the focus, and whether a person sees where that is. */
const focused = `(() => {
    const element = document.activeElement;
    const { top, bottom, left } = element.getBoundingClientRect();
    const isSeen = bottom > 0 && top < innerHeight && left >= 0 && getComputedStyle(element).outlineStyle === "solid";
    return [element.getAttribute("aria-label") ?? element.textContent, isSeen];
})()`;

/** The page of `npm run status -- --page`, as people meet it. */
describe("the page of a status, in a browser", function () {
    // It gives up what it does when the host gets another network interface, as with each container that starts.
    this.retries(3);
    let pages: Awaited<ReturnType<typeof statusPages>>;
    let window: Window;
    let server: Server;
    let shown: keyof typeof pages;
    const complaints: string[] = [];
    const show = async (name: keyof typeof pages, width: number, colorScheme: "light" | "dark" = "light") => {
        shown = name;
        await window.page.setViewportSize({ width, height: 800 });
        await window.page.emulateMedia({ colorScheme });
        await window.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    };
    beforeEach(() => void complaints.splice(0));
    afterEach("breaks no rule that it is served with", () => expect(complaints).to.deep.equal([]));
    before(async () => {
        pages = await statusPages();
        window = await Window.open();
        window.page.on("console", (message) => complaints.push(message.text()));
        server = await servePage(0, () => Promise.resolve(pages[shown]));
    });
    after(async () => {
        await window.close();
        server.close();
    });

    for (const name of ["dev", "many"] as const)
        for (const width of [360, 1280])
            for (const colours of ["light", "dark"] as const)
                it(`fits, and can be read and heard: ${name}, ${width} pixels, ${colours}`, async () => {
                    await show(name, width, colours);
                    expect(await window.page.evaluate("document.documentElement.scrollWidth")).to.equal(width);
                    expect(await window.page.evaluate(leastContrast)).to.be.greaterThan(4.5);
                    await window.page.evaluate(axe.source);
                    const { violations } = await window.page.evaluate<axe.AxeResults>(
                        'axe.run({ resultTypes: ["violations"] })',
                    );
                    expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).to.deep.equal([]);
                });

    it("leads the Tab key past everything that can be used, in the order of the page", async () => {
        await show("dev", 360);
        const order: unknown[] = [];
        for (let presses = 0; presses < 6; presses++) {
            await window.page.keyboard.press("Tab");
            order.push(await window.page.evaluate(focused));
        }
        expect(order).to.deep.equal(
            [
                "To the content",
                "https://authentik.localhost:8443",
                "The topology, drawn",
                "Who talks to whom, in words",
                "cwad",
                "organizr",
            ].map((what) => [what, true]),
        );
    });

    it("tells a screen reader what each table and cell is, on a narrow page too", async () => {
        await show("dev", 360);
        const heard = await window.page.locator("body").ariaSnapshot();
        expect(heard).to.include('- table "Containers":').and.to.include('columnheader "What is known"');
        expect(heard)
            .to.include('rowheader "postgres"')
            .and.to.include('cell "healthy, 79 MB of 537 MB (15 %), up 3 days"');
        expect(heard).to.include('img "Topology: 12 parts on the networks frontend_net, backend_net, db_net"');
    });

    it("shows its drawing; UPDATE_DOCS=1 takes a picture of it again", async () => {
        await show("dev", 1280);
        expect(await window.page.locator("svg[role=img]").isVisible()).to.equal(true);
        if (process.env.UPDATE_DOCS === "1") {
            const path = join(projectRoot, "docs/pictures/status-page.png");
            await window.page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: 1000 } });
        }
    });
});
