package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Those who wait leave places for answers, and for each other. */
class WaitsTest {
    private static final Caller ROOT = new Caller("root", Caller.SOCKET, Scope.ADMIN.all());

    private static Caller user(String name) {
        return new Caller(name, Caller.SOCKET, Scope.OPERATE.all());
    }

    private static Caller token(String name) {
        return new Caller(name, "10.0.0.1", Scope.ADMIN.all());
    }

    private static List<Integer> take(Waits waits, Caller by, int times) {
        return IntStream.range(0, times).mapToObj(_ -> waits.take(by)).toList();
    }

    @Test
    void noUserHasMoreThanThreeQuarters() {
        var waits = new Waits(16, 0);
        assertThat(take(waits, user("ann"), 12)).containsOnly(Waits.GRANTED);
        assertThat(waits.take(user("ann"))).isEqualTo(12);
        assertThat(take(waits, user("bob"), 4)).containsOnly(Waits.GRANTED);
        assertThat(waits.take(user("bob"))).isEqualTo(16);
        assertThat(waits.take(ROOT)).isEqualTo(16);
        waits.leave(user("ann"));
        assertThat(waits.take(ROOT)).isEqualTo(Waits.GRANTED);
        assertThat(waits.take(user("ann"))).isEqualTo(16);
    }

    @Test
    void byTcpFewerMayAndATokenIsNoUser() {
        var waits = new Waits(8, 4);
        assertThat(take(waits, token("ann"), 3)).containsOnly(Waits.GRANTED);
        assertThat(waits.take(token("ann"))).isEqualTo(3);
        assertThat(waits.take(token("bob"))).isEqualTo(Waits.GRANTED);
        assertThat(waits.take(token("bob"))).isEqualTo(4);
        assertThat(take(waits, user("ann"), 4)).containsOnly(Waits.GRANTED);
        assertThat(waits.take(user("ann"))).isEqualTo(8);
        waits.leave(token("bob"));
        assertThat(waits.take(token("cid"))).isEqualTo(Waits.GRANTED);
    }

    @Test
    void whereNobodyMayNobodyHasAPlace() {
        var waits = new Waits(8, 0);
        assertThat(waits.take(token("ann"))).isZero();
        assertThat(take(waits, ROOT, 8)).containsOnly(Waits.GRANTED);
        assertThat(waits.take(ROOT)).isEqualTo(8);
    }

    /** Restarts that are waited for do not take the places of answers, nor of workers. */
    @Test
    void ordersWaitInPlacesOfTheirOwn() throws Exception {
        var hold = new CountDownLatch(1);
        var begun = new AtomicInteger();
        var port = (ControlPort) Proxy.newProxyInstance(
                ControlPort.class.getClassLoader(),
                new Class<?>[] {ControlPort.class},
                (_, method, args) -> switch (method.getName()) {
                    case "act" -> {
                        begun.incrementAndGet();
                        if (((Request) args[1]).await()) {
                            hold.await();
                        }
                        throw new ControlPort.Refused(404, new Failure("there is none", List.of()));
                    }
                    case "doctor" -> new Doctor(List.of());
                    case "records" -> new RememberedRecords();
                    default -> throw new AssertionError(method.getName());
                });
        var api = new Api(port, _ -> {});
        var waiting = new ArrayList<Thread>();
        for (String name : List.of("ann", "bob")) {
            Caller by = token(name);
            for (int i = 0; i < (name.equals("ann") ? 9 : 3); i++) {
                waiting.add(Thread.ofVirtual().start(() -> restart(api, by, true)));
            }
        }
        await().until(() -> begun.get() == 12);
        assertThat(restart(api, token("bob"), true)).isEqualTo(503);
        assertThat(begun).hasValue(12); // nothing was restarted, only not waited for
        assertThat(restart(api, token("bob"), false)).isEqualTo(404);
        waiting.add(Thread.ofVirtual().start(() -> restart(api, ROOT, true)));
        await().until(() -> begun.get() == 14);
        assertThat(api.answer(new HttpRequest("GET", "/api/v1/doctor", Map.of(), "", 0), token("bob"))
                        .status())
                .isEqualTo(200);
        hold.countDown();
        for (Thread w : waiting) {
            w.join();
        }
        assertThat(restart(api, token("bob"), true)).isEqualTo(404);
        assertThat(begun).hasValue(15);
    }

    private static int restart(Api api, Caller by, boolean await) {
        return api.answer(
                        new HttpRequest(
                                "POST",
                                "/api/v1/processes/web/restart",
                                Map.of("content-type", "application/json"),
                                "{\"await\":" + await + "}",
                                60_000),
                        by)
                .status();
    }
}
