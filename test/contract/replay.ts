import { expect } from "chai";
import { Bed } from "./support/bed";
import { exchangesOf, firstRecorded } from "./support/exchanges";
import { expectRecorded } from "./support/matching";
import { Stack } from "./support/stack";
import { asked, elsewhere, Visitor } from "./support/visitor";

for (const release of [firstRecorded, "2026.2.2"]) {
    describe(`the recorded contract of ${release}`, function () {
        this.timeout(180_000);
        const stack = new Stack(new Bed(release));
        const visitor = new Visitor(stack);
        const recording = exchangesOf(release);

        before(async () => {
            await stack.open();
            await visitor.open();
        });

        after(() => stack.bed.close());

        for (const exchange of asked)
            it(exchange.name, async () => {
                const answered = await visitor.ask(exchange);
                const answer = recording.find(({ name }) => name === exchange.name);
                if (answer === undefined) throw new Error(`${release} was not asked "${exchange.name}"`);
                expectRecorded(answered, answer);
            });

        it("asks everything that was recorded, but what other tests ask", () => {
            const all = new Set(asked.map(({ name }) => name));
            const left = recording.filter(({ name }) => !all.has(name));
            expect(left.filter(({ name }) => !elsewhere.some(([pattern]) => pattern.test(name)))).to.deep.equal([]);
            if (release !== firstRecorded) return;
            for (const [pattern, why] of elsewhere)
                expect(
                    left.some(({ name }) => pattern.test(name)),
                    why,
                ).to.equal(true);
        });
    });
}
