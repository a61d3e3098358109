package io.nearcast.loadtest.demo;

import io.nearcast.config.launch.StartFailure;
import io.nearcast.loadtest.cdn.CdnPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Demos on ports that nobody uses. */
public final class RunningDemo {
  private static final int ATTEMPTS = 20;

  private RunningDemo() {}

  /** Starts one; a null directory stands for a fresh one. */
  static Demo start(@Nullable Path data, List<Path> mmdb) throws Exception {
    for (int attempt = 1; ; attempt++) {
      int offset = ThreadLocalRandom.current().nextInt(10_000, 20_000);
      try {
        return Demo.start(new DemoOptions(data, offset, mmdb), line -> {});
      } catch (StartFailure e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Starts one with a fresh directory. */
  public static Demo start() throws Exception {
    return start(null, List.of());
  }

  /** Where its parts listen. */
  public static CdnPlan plan(Demo demo) {
    return demo.cdn().plan();
  }

  /** An administrator's token of it. */
  public static String token(Demo demo) {
    return demo.cdn().token();
  }
}
