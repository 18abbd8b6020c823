package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import java.util.List;

/** What commands about jobs share. */
abstract class JobSubcommand extends Subcommand {
    static final String JOBS = API + "jobs";

    @Override
    String listing() {
        return "holdfast jobs list";
    }

    /** Does something to one job. */
    interface Deed {
        void to(String id) throws IOException, Refused;
    }

    /**
     * Also to those behind one that it cannot be done to.
     *
     * @return the worst exit code
     */
    final int each(List<String> ids, Deed deed) throws IOException {
        int worst = ExitStatus.DONE;
        for (String id : ids) {
            try {
                deed.to(id);
            } catch (Refused e) {
                err().println("holdfast: " + Table.printable(id + ": " + e.getMessage()));
                worst = Math.max(worst, e.status() == 404 ? ExitStatus.NO_SUCH_PROCESS : ExitStatus.FAILED);
            }
        }
        out().flush();
        return worst;
    }
}
