package dev.holdfast.config;

import dev.holdfast.unit.Rate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step to recover as it is written. */
@Doc("a step to recover")
record RecoverSection(
        @Doc("such as: memory critical for 1m; of a probe: critical, warning, or down for 2m; not given, of a probe:"
                + " critical")
        @Nullable
        String when,

        @Doc("what is done") @KeyName("do") @Required RecoverSpec.Step step,

        @Doc("of run-cleanup: entries of cleanup, or the guard's orphans and zombies")
        List<String> names,

        @Doc("of restart and stop") List<String> processes,
        @Doc("of exec: program that is run") ProcessSection.@Nullable Command command,
        @Doc("no oftener") @Default("3 per 1h") Rate atMost,

        @Doc("of exec, after which it is killed; of restart and stop, after which it is not waited for any more")
        @Default("1m")
        Duration timeout,

        @Doc("from its end to the look whether it helped") @Default("5s")
        Duration settle) {}
