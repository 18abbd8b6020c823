package dev.holdfast.chaos;

import dev.holdfast.api.ControlPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Looks on from outside while it lasts: what must hold at every time. */
final class Witness implements AutoCloseable {
    private static final long PACE_MILLIS = 200;
    private static final long MOST_RESIDENT_KIB = (Subject.HEAP_MIB + 320) * 1024L;
    /** Those of some dozen programs, and of a flood of questions. */
    private static final long MOST_DESCRIPTORS = 400;

    /** A refusal has another status. */
    private static final int BUG = 500;

    private static final List<String> QUESTIONS = List.of(
            "/api/v1/status", "/api/v1/queues", "/api/v1/guard", "/api/v1/jobs?n=20", "/api/v1/logs/app?lines=20");

    private final Subject subject;
    private final Grounds grounds;
    private final Chronicle chronicle;
    private final Api api;
    private final Duration hangs;
    private final Map<Long, String> bystanders;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private long mostResident;
    private long mostDescriptors;
    private String twice = "";
    private boolean endTold;

    /**
     * @param hangs without an answer for so long the API hangs
     * @param bystanders by pid, and when they began
     */
    Witness(
            Subject subject,
            Grounds grounds,
            Chronicle chronicle,
            Api api,
            Duration hangs,
            Map<Long, String> bystanders) {
        this.subject = subject;
        this.grounds = grounds;
        this.chronicle = chronicle;
        this.api = api;
        this.hangs = hangs;
        this.bystanders = Map.copyOf(bystanders);
        threads.add(Thread.ofPlatform().daemon().name("witness").start(() -> repeat(this::look)));
        threads.add(Thread.ofPlatform().daemon().name("asks by TCP").start(() -> repeat(this::askByTcp)));
        threads.add(Thread.ofPlatform().daemon().name("asks").start(() -> repeat(this::ask)));
    }

    private interface Look {
        void once() throws InterruptedException;
    }

    private void repeat(Look look) {
        try {
            while (!over.await(PACE_MILLIS, TimeUnit.MILLISECONDS)) {
                look.once();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One look; also the last one. */
    synchronized void look() {
        if (subject.endedByItself() && !endTold) {
            endTold = true;
            chronicle.violated("the daemon ended by itself");
        }
        long pid = subject.pid();
        long resident = Sightings.residentKiB(pid);
        if (resident > MOST_RESIDENT_KIB && resident > mostResident) {
            chronicle.violated("the daemon has " + resident / 1024 + " MiB");
        }
        mostResident = Math.max(mostResident, resident);
        Map<String, Long> kinds = Sightings.descriptorKinds(pid);
        long descriptors = kinds.values().stream().mapToLong(n -> n).sum();
        if (descriptors > MOST_DESCRIPTORS && descriptors > mostDescriptors) {
            chronicle.violated("the daemon has " + descriptors + " descriptors: " + kinds);
        }
        mostDescriptors = Math.max(mostDescriptors, descriptors);
        String now = Sightings.read(grounds.marks().resolve("twice"));
        if (now.length() > twice.length()) {
            chronicle.violated("two at once: " + now.substring(twice.length()).strip());
            twice = now;
        }
        bystanders.forEach((who, began) -> {
            if (!Sightings.began(who).equals(began)) {
                chronicle.violated("pid " + who + ", which is none of Holdfast's, is gone");
            }
        });
    }

    private void askByTcp() {
        long began = System.nanoTime();
        String question = QUESTIONS.get(answers.get() % QUESTIONS.size());
        try {
            Api.Answer answer = api.get(question);
            answers.incrementAndGet();
            if (answer.status() == BUG) {
                chronicle.violated(question + " by TCP was answered with 500: " + answer.text());
            }
        } catch (IOException gone) {
            // Nobody is there, or says no more: what counts is how long that took.
        }
        told(began, question + " by TCP");
    }

    private void ask() throws InterruptedException {
        long began = System.nanoTime();
        // This client would wait for ever: so another thread waits for it.
        Thread asking = Thread.ofPlatform().daemon().start(() -> {
            try {
                subject.client().raw("/api/v1/status");
                answers.incrementAndGet();
            } catch (ControlPort.Refused refused) {
                if (refused.status() == BUG) {
                    chronicle.violated("status on the socket was answered with 500: " + refused.getMessage());
                }
            } catch (IOException gone) {
                // As above.
            }
        });
        asking.join(hangs.plusSeconds(1));
        told(began, "status on the socket");
    }

    private void told(long began, String question) {
        long took = System.nanoTime() - began;
        if (took > hangs.toNanos() && subject.calmSince(began)) {
            chronicle.violated("the API hung: " + question + " took " + TimeUnit.NANOSECONDS.toMillis(took) + " ms");
        }
    }

    int answers() {
        return answers.get();
    }

    @Override
    public synchronized String toString() {
        return answers + " answers; the daemon had " + mostResident / 1024 + " MiB and " + mostDescriptors
                + " descriptors at most";
    }

    @Override
    public void close() {
        over.countDown();
        for (Thread thread : threads) {
            Uninterruptibly.join(thread);
        }
    }
}
