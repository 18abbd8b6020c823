package dev.holdfast.patrol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final int SLOT = 300;
    private static final long YOUNG = 59 * 100;
    private static final long OLD = 60 * 100;

    private final Turns turns = new Turns();

    private int dueIn(int looks, long age, long cpu) {
        int due = 0;
        for (int i = 0; i < looks; i++) {
            turns.begin(false, SLOT + 1);
            due += turns.due(SLOT, age, cpu) ? 1 : 0;
        }
        return due;
    }

    private void known(long cpu) {
        turns.begin(false, SLOT + 1);
        turns.done(SLOT, cpu);
    }

    @Test
    void theYoungAreReadAtEachLook() {
        known(0);
        assertThat(dueIn(20, YOUNG, 0)).isEqualTo(20);
    }

    @Test
    void othersInTurnAndMoreSeldomWhenTheyHaveRestedLong() {
        known(7);
        assertThat(dueIn(12, OLD, 7)).isEqualTo(3);
        assertThat(dueIn(80, OLD, 7)).isEqualTo(10);
    }

    @Test
    void whoHasUsedCpuIsReadAtOnceAndHasNotRested() {
        known(7);
        dueIn(40, OLD, 7);
        assertThat(dueIn(1, OLD, 8)).isEqualTo(1);
        assertThat(dueIn(12, OLD, 8)).isEqualTo(3);
    }

    @Test
    void inHasteOnlyThoseJustBornAndTheOthersAtTheNextLook() {
        known(7);
        turns.begin(true, SLOT + 1);
        assertThat(turns.due(SLOT, 499, 7)).isTrue();
        assertThat(turns.due(SLOT, 500, 8)).isFalse();
        assertThat(dueIn(1, OLD, 8)).isEqualTo(1);
    }

    @Test
    void looksInHasteTakeNobodysTurn() {
        known(7);
        int due = 0;
        for (int i = 0; i < 12; i++) {
            turns.begin(true, SLOT + 1);
            turns.due(SLOT, OLD, 7);
            due += dueIn(1, OLD, 7);
        }
        assertThat(due).isEqualTo(3);
    }
}
