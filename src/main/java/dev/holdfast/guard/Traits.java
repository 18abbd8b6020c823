package dev.holdfast.guard;

import dev.holdfast.config.Redacted;

/**
 * What of a process changes seldom. Texts come from programs and may be anything.
 *
 * @param name the kernel's, at most 15 characters
 * @param command arguments with blanks between; empty for threads of the kernel and for zombies
 * @param exe the executable's path; empty where it may not be read
 * @param uid of its real user
 * @param user that user's name, or the number
 * @param cgroup its path in the hierarchy
 * @param containerId 64 hexadecimal digits; empty outside of containers
 * @param containerName as its runtime has it; empty where that is not known
 * @param managed whether a Holdfast started it, or one it descends from
 * @param process the process, schedule or queue of this daemon that it belongs to; empty when it is none's
 * @param own whether it is part of Holdfast itself
 */
public record Traits(
        String name,
        String command,
        String exe,
        int uid,
        String user,
        String cgroup,
        String containerId,
        String containerName,
        boolean managed,
        String process,
        boolean own) {

    /** The executable file's name, or the kernel's name of the process where that cannot be read. */
    public String program() {
        if (exe.isEmpty()) {
            return name;
        }
        String file = exe.endsWith(" (deleted)") ? exe.substring(0, exe.length() - " (deleted)".length()) : exe;
        return file.substring(file.lastIndexOf('/') + 1);
    }

    /** For people: the command line with secrets taken out, or the name. */
    public String shown() {
        return command.isEmpty() ? "[" + name + "]" : Redacted.of(command);
    }
}
