package dev.holdfast.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys that say what is executed and as whom, wherever they are written. */
interface Program {
    /** Null where nothing is run. */
    ProcessSection.@Nullable Command command();

    boolean shell();

    @Nullable
    String workingDir();

    @Nullable
    String user();

    @Nullable
    String group();

    Octal umask();

    ProcessSection.@Nullable Environment env();

    List<String> envFile();

    @Nullable
    Integer nice();

    ProcessSection.@Nullable Io io();

    Map<String, ProcessSection.Rlimit> rlimits();

    List<Integer> cpuAffinity();

    @Nullable
    Integer oomScoreAdj();

    ProcessSection.@Nullable Sandbox sandbox();
}
