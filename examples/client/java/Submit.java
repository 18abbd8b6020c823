import dev.holdfast.client.Holdfast;
import dev.holdfast.client.JobStatus;
import dev.holdfast.client.Submission;
import java.time.Duration;
import java.util.Map;

/** Submits a mail and waits for its end: java -cp holdfast-client.jar Submit.java ID ADDRESS. */
final class Submit {
    public static void main(String[] args) throws Exception {
        Holdfast holdfast = Holdfast.here();
        holdfast.submit("mails", Submission.of(Map.of("to", args[1])).withId(args[0]));
        JobStatus job = holdfast.await(args[0], Duration.ofMinutes(1));
        System.out.println(job.id() + " " + job.state() + " " + job.detail());
        System.exit(job.state() == JobStatus.State.SUCCEEDED ? 0 : 1);
    }
}
