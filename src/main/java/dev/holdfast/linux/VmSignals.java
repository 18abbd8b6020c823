package dev.holdfast.linux;

import java.lang.reflect.Proxy;

/**
 * {@code sun.misc.Signal}, the way to hear signals that a JVM has; supported for that (JEP 260). Called by reflection,
 * since javac's warning of it cannot be silenced where warnings are errors.
 */
public final class VmSignals {
    private VmSignals() {}

    /**
     * @param name without SIG
     * @param heard on a thread of the VM
     * @throws IllegalArgumentException when the VM keeps this signal for itself
     */
    public static void handle(String name, Runnable heard) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    VmSignals.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            heard.run();
                            yield true;
                        }
                        case "hashCode" -> System.identityHashCode(proxy);
                        case "equals" -> false;
                        default -> name;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(String.valueOf(e.getCause() == null ? e : e.getCause()), e);
        }
    }
}
