package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Fd;
import java.util.Map;

/** Takes the reading ends of an instance's output. Called on the loop's thread; must not block. */
public interface OutputSink {
    /** Owns both descriptors from now on; non-blocking reading ends of FIFOs. */
    void attach(InstanceId id, String label, Map<String, String> attributes, Fd stdout, Fd stderr);

    /**
     * Nothing writes any more: what the FIFOs still hold is the end.
     *
     * @param drained run once that is kept, on any thread: until then the FIFOs must stay where another daemon finds
     *     them
     */
    void detach(InstanceId id, Runnable drained);
}
