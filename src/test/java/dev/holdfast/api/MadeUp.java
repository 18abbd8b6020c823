package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A daemon of which anything may be true: whatever it is asked it answers with made-up records, null wherever null may
 * be, and now and then it refuses. Repeats itself for a seed.
 */
final class MadeUp {
    private static final int[] REFUSALS = {400, 404, 409, 422, 429, 503};

    private final Random random;
    private final boolean refuses;
    private final RememberedRecords records = new RememberedRecords();

    MadeUp(long seed, boolean refuses) {
        this.random = new Random(seed);
        this.refuses = refuses;
    }

    ControlPort port() {
        return port(ControlPort.class);
    }

    private <T> T port(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, args) -> {
            boolean may = Arrays.asList(method.getExceptionTypes()).contains(Refused.class);
            if (refuses && may && random.nextInt(8) == 0) {
                int status = REFUSALS[random.nextInt(REFUSALS.length)];
                throw new Refused(status, (Failure) value(Failure.class));
            }
            return method.getName().equals("submit") ? submitted(args) : answer(method);
        }));
    }

    /** One for each, as it promises. */
    private Submitted submitted(Object[] args) {
        List<Submitted.Job> jobs = ((List<?>) args[1])
                .stream()
                        .map(_ -> random.nextBoolean()
                                ? Submitted.Job.accepted(text())
                                : Submitted.Job.refused(422, text(), text(), List.of(new FieldProblem("a", text()))))
                        .toList();
        return new Submitted(jobs);
    }

    private @Nullable Object answer(Method method) {
        Class<?> type = method.getReturnType();
        if (type == void.class) {
            return null;
        } else if (type == RecordsPort.class) {
            return records;
        } else if (type.isInterface() && type.getPackage() == MadeUp.class.getPackage()) {
            return port(type);
        }
        return of(method.getAnnotatedReturnType());
    }

    private @Nullable Object of(AnnotatedType type) {
        if (type.isAnnotationPresent(Nullable.class) && random.nextInt(3) == 0) {
            return null;
        }
        if (type instanceof AnnotatedParameterizedType generic) {
            AnnotatedType[] of = generic.getAnnotatedActualTypeArguments();
            int n = random.nextInt(3);
            if (((ParameterizedType) generic.getType()).getRawType() == List.class) {
                var list = new ArrayList<>();
                for (int i = 0; i < n; i++) {
                    list.add(of(of[0]));
                }
                return list;
            }
            var map = new TreeMap<String, Object>();
            for (int i = 0; i < n; i++) {
                map.put(text(), of(of[1]));
            }
            return map;
        }
        return value((Class<?>) type.getType());
    }

    private Object value(Class<?> type) {
        if (type == String.class) {
            return text();
        } else if (type == int.class || type == Integer.class) {
            return random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(1000);
        } else if (type == long.class || type == Long.class) {
            return random.nextInt(10) == 0 ? random.nextLong() : (long) random.nextInt(1_000_000);
        } else if (type == double.class || type == Double.class) {
            return random.nextInt(10) == 0 ? random.nextDouble() * 1e300 : random.nextInt(1000) / 8.0;
        } else if (type == boolean.class) {
            return random.nextBoolean();
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(
                    Arrays.stream(components).map(c -> of(c.getAnnotatedType())).toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.toString(), e);
        }
    }

    private String text() {
        return switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> "ä\"\\\n\t\u0001💥</script>";
            case 2 -> "2026-11-21T05:50:00Z";
            default -> "word" + random.nextInt(100);
        };
    }
}
