import dev.holdfast.client.Holdfast;
import dev.holdfast.client.JobFailed;
import dev.holdfast.client.Notify;
import dev.holdfast.client.Shutdown;
import dev.holdfast.client.Work;
import dev.holdfast.client.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * A worker of the queue "mails": java -cp holdfast-client.jar Mailer.java OUTBOX. It writes what it would send into the file
 * OUTBOX, which stands for a mail server.
 */
final class Mailer {
    /** By the queue's planned_exit_codes, this is no crash. */
    private static final int RECYCLED = 12;

    public static void main(String[] args) throws Exception {
        Path outbox = Path.of(args[0]);
        Shutdown shutdown = Shutdown.install();
        Worker worker = Holdfast.here()
                .worker("mails")
                .concurrency(4)
                .log(System.err::println)
                .start(work -> send(work, outbox));
        shutdown.on("mails", Duration.ofSeconds(20), most -> {
            worker.drain(most);
            System.out.println("ended"); // here: when the JVM ends it waits for what is registered, not for main
        });
        Notify.here().ready("takes mails");
        System.out.println("takes mails as " + worker.name());

        switch (worker.await()) {
            case DRAINED -> {}
            case RECYCLED -> System.exit(RECYCLED);
            case REFUSED, FAILED -> System.exit(1);
        }
    }

    private static void send(Work mail, Path outbox) throws Exception {
        String to = mail.payload().get("to");
        if (!to.contains("@")) {
            throw new JobFailed("address", to + " is no address");
        }
        long pause = Long.parseLong(mail.payload().getOrDefault("seconds", "0"));
        for (int i = 0; i < pause * 10; i++) {
            mail.progress(100.0 * i / (pause * 10));
            Thread.sleep(100); // a cancel, a lost lease and the end of the worker interrupt it
        }
        write(outbox, mail.id() + " " + to);
        mail.output("sent to " + to);
    }

    private static synchronized void write(Path outbox, String line) throws IOException {
        Files.writeString(outbox, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
