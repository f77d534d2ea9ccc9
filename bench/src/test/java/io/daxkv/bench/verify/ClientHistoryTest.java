package io.daxkv.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * After a crash a key may hold the state of its last acknowledged write, or of any sent later, and a client's surviving
 * writes have no gap: nothing more is allowed, nothing less is demanded.
 */
class ClientHistoryTest {
    private static final long ABSENT = KeyHistory.ABSENT;

    private final Findings findings = new Findings();
    private final ClientHistory client = new ClientHistory(1, 2);
    private final KeyHistory first = client.shared().get(0);
    private final KeyHistory second = client.shared().get(1);

    private long set(KeyHistory key) {
        long operation = client.nextOperation();
        key.sent(operation, operation);
        return operation;
    }

    private long delete(KeyHistory key) {
        long operation = client.nextOperation();
        key.sent(operation, ABSENT);
        return operation;
    }

    private void judge(long foundFirst, long foundSecond) {
        client.judge(List.of(first, second), new long[] {foundFirst, foundSecond}, findings);
    }

    @Test
    void acknowledgedOrAnythingSentLaterIsAllowed() {
        client.acknowledged(set(first));
        long later = set(first);

        judge(later, ABSENT);

        assertEquals(0, findings.total(), () -> findings.examples().toString());
        assertEquals(1, client.unknownCount());
        assertEquals(1, client.ackedWriteCount());
    }

    @Test
    void olderThanAcknowledgedIsALoss() {
        long old = set(first);
        client.acknowledged(old);
        client.acknowledged(set(first));

        judge(old, ABSENT);

        assertEquals(1, findings.count(Findings.Kind.LOST));
        assertEquals(1, findings.total());
    }

    @Test
    void valueAfterAnAcknowledgedDeleteIsAResurrection() {
        long old = set(first);
        client.acknowledged(old);
        client.acknowledged(delete(first));

        judge(old, ABSENT);

        assertEquals(1, findings.count(Findings.Kind.RESURRECTED));
    }

    @Test
    void unacknowledgedMayBeGone() {
        set(first);
        delete(second);

        judge(ABSENT, ABSENT);

        assertEquals(0, findings.total());
    }

    @Test
    void laterSurvivorWithoutAnEarlierIsAGap() {
        set(first);
        long later = set(second);

        judge(ABSENT, later);

        assertEquals(1, findings.count(Findings.Kind.GAP));
        assertEquals(1, findings.total());
    }

    @Test
    void deleteThatCannotBeToldFromNeverWrittenIsNoGap() {
        set(first);
        delete(first);
        long later = set(second);

        judge(ABSENT, later);

        assertEquals(0, findings.total(), () -> findings.examples().toString());
    }

    @Test
    void whatAnotherClientHasReadMayNotVanish() {
        long unacknowledged = set(first);
        first.wasRead(unacknowledged);

        judge(ABSENT, ABSENT);

        assertEquals(1, findings.count(Findings.Kind.LOST));
    }

    @Test
    void whatOneSweepFoundTheNextMustFindToo() {
        long unacknowledged = set(first);
        judge(unacknowledged, ABSENT);

        judge(ABSENT, ABSENT);

        assertEquals(1, findings.count(Findings.Kind.LOST));
    }

    @Test
    void refusedWriteIsAsIfNeverSent() {
        long refused = set(first);
        long later = set(second);
        client.refused(first, refused);
        client.acknowledged(later);

        judge(ABSENT, later);

        assertEquals(0, findings.total(), () -> findings.examples().toString());
    }

    @Test
    void bytesNobodyWroteAreTorn() {
        client.acknowledged(set(first));

        judge(SealedValue.TORN, ABSENT);

        assertEquals(1, findings.count(Findings.Kind.TORN));
    }
}
