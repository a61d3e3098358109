package io.nearcast.config.launch;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Signals of the operating system.
 *
 * <p>The JDK's own class for them, {@code sun.misc.Signal}, is supported (module jdk.unsupported)
 * but its use by name is a warning that cannot be switched off; so it is used by reflection. A
 * shutdown hook would not do: it can neither make the exit code 0 nor see a second signal.
 */
final class Signals {
  private Signals() {}

  /** Calls the action, on a thread of its own, whenever SIGTERM or SIGINT comes. */
  static void onTermination(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler call =
          (proxy, method, arguments) -> {
            action.run();
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, call);
      for (String name : List.of("TERM", "INT")) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this JVM does not let signals be handled: run it without -Xrs", e);
    }
  }
}
