package dev.holdfast.process;

import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an instance has before it exists: its directory with the pipes, its notify socket, its group. On the loop's
 * thread.
 */
final class Provisions {
    private final InstanceFiles files;
    private final NotifySockets notices;
    private final Groups groups;

    /** @param entrance the way into the group, until the child has gone it */
    record Provided(
            InstanceFiles.Opened files,
            @Nullable Cgroup group,
            @Nullable Fd entrance) {}

    Provisions(InstanceFiles files, NotifySockets notices, Groups groups) {
        this.files = files;
        this.notices = notices;
        this.groups = groups;
    }

    /** Ahead, what is the same for every instance. */
    void prepare() {
        files.prepare();
    }

    /** All of it, or nothing. */
    Provided make(Launch launch) throws IOException {
        InstanceFiles.Opened opened = files.create(launch);
        Cgroup group = null;
        try {
            if (launch.notifySocket()) {
                Identity who = launch.identity();
                notices.bind(
                        launch.id(), Path.of(opened.dir()), who == null ? -1 : who.uid(), who == null ? -1 : who.gid());
            }
            Launch.Group wanted = launch.group();
            group = wanted == null ? null : groups.make(launch.id(), wanted);
            return new Provided(opened, group, group == null ? null : group.entrance());
        } catch (IOException e) {
            takeBack(launch, new Provided(opened, group, null));
            throw e;
        }
    }

    /** Everything; once nothing of the instance is left. Again does no harm. */
    void takeBack(Launch launch, Provided p) {
        takeBackFiles(launch, p);
        if (p.entrance != null) {
            p.entrance.close();
        }
        if (p.group != null) {
            groups.remove(p.group);
        }
    }

    /** All but the group, which may still have somebody in it. */
    void takeBackFiles(Launch launch, Provided p) {
        p.files.close();
        notices.close(launch.id());
        files.delete(launch.id());
    }
}
