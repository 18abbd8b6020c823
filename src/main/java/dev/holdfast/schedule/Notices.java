package dev.holdfast.schedule;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.config.ScheduleSpec.NoticeSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.unit.Now;
import java.net.URI;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who is told of a run: hooks, webhooks, the heartbeat. */
final class Notices {
    private final Supplier<InstanceId> ids;
    private final Consumer<Action> act;
    private final Minor minor;
    private boolean closing;

    Notices(Supplier<InstanceId> ids, Consumer<Action> act, Minor minor) {
        this.ids = ids;
        this.act = act;
        this.minor = minor;
    }

    void tell(ScheduleSpec spec, @Nullable NoticeSpec notice, Action.Ended ended, Now now) {
        if (notice == null) {
            return;
        }
        URI webhook = notice.webhook();
        if (webhook != null) {
            act.accept(new Action.Webhook(webhook, ended.run(), ended.result(), ended.detail()));
        }
        CommandSpec command = notice.command();
        if (command != null && !closing) {
            InstanceId id = ids.get();
            minor.own(id, now);
            act.accept(new Action.Hook(id, ended.run(), ended.result(), spec, command));
        }
    }

    /** @param suffix of the heartbeat's path */
    void ping(ScheduleSpec spec, String suffix) {
        URI url = spec.heartbeat();
        if (url != null) {
            String base = url.toString();
            act.accept(new Action.Ping(
                    URI.create(base.endsWith("/") ? base.substring(0, base.length() - 1) + suffix : base + suffix)));
        }
    }

    /** No hook is begun any more. */
    void close() {
        closing = true;
    }
}
